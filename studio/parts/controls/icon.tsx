/** The few signs that the studio has, drawn as lines in the colour of the text. They mean nothing to a screen reader. */

const paths = {
  undo: "M9 4 4 9l5 5M4 9h10a5.5 5.5 0 0 1 0 11h-3",
  redo: "m15 4 5 5-5 5M20 9H10a5.5 5.5 0 0 0 0 11h3",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  check: "m5 13 4 4L19 7",
  close: "M6 6l12 12M18 6 6 18",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z",
  play: "M8 5v14l11-7z",
  pause: "M9 5v14M15 5v14",
  stop: "M7 7h10v10H7z",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M9 9h.01",
  brush: "M20 4 10 14M14 8l2 2M4 20c4 0 6-1 6-4a2 2 0 0 0-4-1c-1 1 0 3-2 5z",
  share: "M12 15V4M8 8l4-4 4 4M6 12v8h12v-8",
  copy: "M9 9h11v11H9zM5 15V4h11",
  pair: "M4 5h7v14H4zM13 5h7v14h-7z",
  wipe: "M4 5h16v14H4zM12 2v20M15 12h2M9 12H7",
  grid: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  reset: "M4 12a8 8 0 1 0 3-6.2M4 4v4h4",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
