/** Enlarging and moving what a frame shows: wheel, pinch, drag, keys and buttons. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { isTyping } from "../../page/typing.ts";
import { brushing } from "../../project/regions.ts";
import { Icon } from "../controls/icon.tsx";

interface Place {
  readonly scale: number;
  /** Of the layers' origin, in pixels of the frame. */
  readonly x: number;
  readonly y: number;
}

export interface ZoomState {
  readonly scale: ReadonlySignal<number>;
  readonly transform: ReadonlySignal<string>;
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
}

const MOST = 16;
const FIT: Place = { scale: 1, x: 0, y: 0 };

export function useZoom(frame: RefObject<HTMLElement | null>): ZoomState {
  const zoom = useMemo(() => zoomOf(frame), []);
  useEffect(() => {
    const acts: Readonly<Record<string, () => void>> = {
      "+": () => zoom.by(1.5),
      "=": () => zoom.by(1.5),
      "-": () => zoom.by(1 / 1.5),
      "0": zoom.fit,
    };
    const onKey = ({ key, ctrlKey, metaKey, target }: KeyboardEvent) => {
      if (!ctrlKey && !metaKey && frame.current && !isTyping(target)) acts[key]?.();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return zoom;
}

function zoomOf(frame: RefObject<HTMLElement | null>): ZoomState {
  const place = signal(FIT);
  const fingers = new Map<number, { x: number; y: number }>();
  const box = () => frame.current!.getBoundingClientRect();
  /** Nothing beside the picture is to be seen. */
  const held = ({ scale, x, y }: Place): Place => {
    const { width, height } = box();
    const within = (value: number, extent: number) => Math.min(0, Math.max(extent * (1 - scale), value));
    return { scale, x: within(x, width), y: within(y, height) };
  };
  const around = (factor: number, at: { x: number; y: number }) => {
    const old = place.value;
    const scale = Math.min(MOST, Math.max(1, old.scale * factor));
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
  const onControl = ({ target }: Event) => target instanceof HTMLInputElement;
  return {
    scale: computed(() => place.value.scale),
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
        if (place.value.scale > 1) place.value = FIT;
        else around(3, within(event));
      },
    },
    by(factor) {
      const { width, height } = box();
      around(factor, { x: width / 2, y: height / 2 });
    },
    fit() {
      place.value = FIT;
    },
  };
}

/** The buttons for it. */
export function Zoom({ zoom }: { readonly zoom: ZoomState }) {
  return (
    <fieldset class="pill zoom">
      <legend class="unseen">Zoom</legend>
      <button type="button" aria-label="Smaller" title="Smaller (-)" onClick={() => zoom.by(1 / 1.5)}>
        <Icon name="minus" />
      </button>
      <button type="button" aria-label="Fit" title="Fit (0)" onClick={zoom.fit}>
        {zoom.scale.value === 1 ? "Fit" : `${zoom.scale.value.toFixed(1)}×`}
      </button>
      <button type="button" aria-label="Larger" title="Larger (+)" onClick={() => zoom.by(1.5)}>
        <Icon name="plus" />
      </button>
    </fieldset>
  );
}
