/** Enlarging and moving what a frame shows: wheel, pinch, drag, keys and buttons. */
import { computed, type ReadonlySignal, signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { isTyping } from "../../page/typing.ts";
import { brushing } from "../../project/regions.ts";
import { Icon } from "../controls/icon.tsx";

interface Place {
  /** 1 fits the picture into its frame. */
  readonly scale: number;
  /** Of the layers' origin, in pixels of the frame. */
  readonly x: number;
  readonly y: number;
}

export interface ZoomState {
  readonly scale: ReadonlySignal<number>;
  readonly transform: ReadonlySignal<string>;
  /** Pixels of the screen for one of the picture, in percent. */
  readonly percent: ReadonlySignal<number>;
  /** Where in the layers a place of the frame is, both in percent from the left. */
  inLayers(percent: number): number;
  readonly handlers: {
    onWheel(event: WheelEvent): void;
    onPointerDown(event: PointerEvent): void;
    onPointerMove(event: PointerEvent): void;
    onPointerUp(event: PointerEvent): void;
    onPointerCancel(event: PointerEvent): void;
    onDblClick(event: MouseEvent): void;
  };
  by(factor: number): void;
  fit(): void;
  /** One pixel of the picture is one of the screen. */
  actual(): void;
}

/** The largest scale, of the fit and of the picture's own pixels. */
const MOST = 16;
const MOST_ACTUAL = 4;
const FIT: Place = { scale: 1, x: 0, y: 0 };

/** `width` is that of the picture in view, in its own pixels. */
export function useZoom(frame: RefObject<HTMLElement | null>, width: ReadonlySignal<number>): ZoomState {
  const extent = useSignal(0);
  const zoom = useMemo(() => zoomOf(frame, width, extent), []);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const resized = new ResizeObserver(() => {
      extent.value = element.clientWidth;
      zoom.by(1);
    });
    resized.observe(element);
    return () => resized.disconnect();
  });
  useEffect(() => {
    const acts: Readonly<Record<string, () => void>> = {
      "+": () => zoom.by(1.5),
      "=": () => zoom.by(1.5),
      "-": () => zoom.by(1 / 1.5),
      "0": zoom.fit,
      z: zoom.actual,
    };
    const onKey = ({ key, ctrlKey, metaKey, target }: KeyboardEvent) => {
      if (!ctrlKey && !metaKey && frame.current && !isTyping(target)) acts[key]?.();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return zoom;
}

function zoomOf(
  frame: RefObject<HTMLElement | null>,
  width: ReadonlySignal<number>,
  extent: ReadonlySignal<number>,
): ZoomState {
  const place = signal(FIT);
  const actual = computed(() => (extent.value > 0 ? width.value / (extent.value * devicePixelRatio) : 1));
  const fingers = new Map<number, { x: number; y: number }>();
  const box = () => frame.current!.getBoundingClientRect();
  /** A picture that is larger than its room fills it; a smaller one is in its middle. */
  const held = ({ scale, x, y }: Place): Place => {
    const [own, room] = [box(), roomOf(frame.current!).getBoundingClientRect()];
    const within = (value: number, extent: number, space: number, offset: number) =>
      extent * scale <= space + 1
        ? (extent * (1 - scale)) / 2
        : Math.min(-offset, Math.max(space - offset - extent * scale, value));
    return {
      scale,
      x: within(x, own.width, room.width, own.left - room.left),
      y: within(y, own.height, room.height, own.top - room.top),
    };
  };
  const around = (factor: number, at: { x: number; y: number }) => {
    const old = place.value;
    const most = Math.max(MOST, MOST_ACTUAL * actual.value);
    const scale = Math.min(most, Math.max(Math.min(1, actual.value), old.scale * factor));
    const move = scale / old.scale;
    place.value = held({ scale, x: at.x - (at.x - old.x) * move, y: at.y - (at.y - old.y) * move });
  };
  const moveBy = (right: number, down: number) => {
    const { scale, x, y } = place.value;
    if (scale > 1) place.value = held({ scale, x: x + right, y: y + down });
  };
  // Of several frames that show the same place, the one that was touched.
  const within = ({ clientX, clientY, currentTarget }: MouseEvent) => {
    const { left, top } = (currentTarget as Element).getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const span = () => {
    const [a, b] = [...fingers.values()] as [{ x: number; y: number }, { x: number; y: number }];
    return { size: Math.hypot(a.x - b.x, a.y - b.y), at: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
  };
  const lift = ({ pointerId }: PointerEvent) => void fingers.delete(pointerId);
  const by = (factor: number) => {
    if (!frame.current) return;
    const { width, height } = box();
    around(factor, { x: width / 2, y: height / 2 });
  };
  const onControl = ({ target }: Event) => target instanceof HTMLInputElement;
  return {
    scale: computed(() => place.value.scale),
    percent: computed(() => Math.round((100 * place.value.scale) / actual.value)),
    inLayers: (percent) => (percent - (100 * place.value.x) / (extent.value || 1)) / place.value.scale,
    transform: computed(() => {
      const { scale, x, y } = place.value;
      return scale === 1 ? "none" : `translate(${x}px, ${y}px) scale(${scale})`;
    }),
    handlers: {
      onWheel(event) {
        event.preventDefault();
        around(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), within(event));
      },
      onPointerDown(event) {
        if (onControl(event)) return;
        fingers.set(event.pointerId, within(event));
        if (fingers.size > 1 || (place.value.scale > 1 && !brushing.value))
          (event.currentTarget as Element).setPointerCapture(event.pointerId);
      },
      onPointerMove(event) {
        const before = fingers.get(event.pointerId);
        if (!before) return;
        const now = within(event);
        if (fingers.size === 2) {
          const old = span();
          fingers.set(event.pointerId, now);
          const { size, at } = span();
          around(size / Math.max(1, old.size), at);
          moveBy(at.x - old.at.x, at.y - old.at.y);
          return;
        }
        fingers.set(event.pointerId, now);
        // One finger draws while regions are painted.
        if (!brushing.value) moveBy(now.x - before.x, now.y - before.y);
      },
      onPointerUp: lift,
      onPointerCancel: lift,
      onDblClick(event) {
        if (onControl(event) || brushing.value) return;
        if (place.value.scale !== 1) place.value = FIT;
        else around(actual.value > 1.2 ? actual.value : 3, within(event));
      },
    },
    by,
    fit() {
      place.value = FIT;
    },
    actual: () => by(actual.value / place.value.scale),
  };
}

/** Where a zoomed picture is seen: its frame alone where there is another beside it, else the whole stage. */
function roomOf(frame: HTMLElement): Element {
  return frame.parentElement!.matches(".stage") ? frame.parentElement! : frame;
}

/** The buttons for it. */
export function Zoom({ zoom }: { readonly zoom: ZoomState }) {
  return (
    <fieldset class="pill zoom">
      <legend class="unseen">Zoom</legend>
      <button type="button" aria-label="Smaller" title="Smaller (-)" onClick={() => zoom.by(1 / 1.5)}>
        <Icon name="minus" />
      </button>
      <output title="Pixels of the screen for one of the picture">{zoom.percent.value}%</output>
      <button type="button" aria-label="Larger" title="Larger (+)" onClick={() => zoom.by(1.5)}>
        <Icon name="plus" />
      </button>
      <button type="button" title="The whole picture (0)" aria-pressed={zoom.scale.value === 1} onClick={zoom.fit}>
        Fit
      </button>
      <button
        type="button"
        title="One pixel of the picture for one of the screen (Z)"
        aria-pressed={zoom.percent.value === 100}
        onClick={zoom.actual}
      >
        100%
      </button>
    </fieldset>
  );
}
