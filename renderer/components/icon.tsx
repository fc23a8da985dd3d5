import type { ReactNode } from "react";
import "./icon.css";

/** All drawn on a 16 px grid with 1.4 px strokes, so that they sit well beside 13 px text. */
const drawings = {
  activity: <path d="M1.5 8.5h3l2-5.5 3 10 2-4.5h3" />,
  "arrow-up": <path d="M8 13V3M3.8 7.2 8 3l4.2 4.2" />,
  "arrow-down": <path d="M8 3v10M3.8 8.8 8 13l4.2-4.2" />,
  bolt: <path d="M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z" />,
  check: <path d="m3 8.5 3.2 3.2L13 4.8" />,
  "chevron-down": <path d="m4 6 4 4 4-4" />,
  "chevron-right": <path d="m6 4 4 4-4 4" />,
  cloud: <path d="M4.5 12.5a3 3 0 0 1-.3-6 4 4 0 0 1 7.7.9 2.6 2.6 0 0 1-.4 5.1z" />,
  close: <path d="m4 4 8 8m0-8-8 8" />,
  compress: <path d="M8 1.5v4M5.8 3.6 8 5.8l2.2-2.2M8 14.5v-4m-2.2 1.9L8 10.2l2.2 2.2M2.5 8h11" />,
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M10.5 5.5V4A1.5 1.5 0 0 0 9 2.5H4A1.5 1.5 0 0 0 2.5 4v5A1.5 1.5 0 0 0 4 10.5h1.5" />
    </>
  ),
  disc: (
    <>
      <circle cx="8" cy="8" r="6" />
      <circle cx="8" cy="8" r="1.6" />
    </>
  ),
  doctor: <path d="M6.2 2v4.2H2v3.6h4.2V14h3.6V9.8H14V6.2H9.8V2z" />,
  download: <path d="M8 2v8M4.5 6.8 8 10.3l3.5-3.5M2.5 13.5h11" />,
  eject: <path d="M8 3 13 9.5H3zM3 13h10" />,
  file: (
    <path d="M9 1.8H4.5A1.2 1.2 0 0 0 3.3 3v10a1.2 1.2 0 0 0 1.2 1.2h7a1.2 1.2 0 0 0 1.2-1.2V5.5zM9 1.8v3.7h3.7" />
  ),
  flask: <path d="M6.2 2v4L2.9 12a1.4 1.4 0 0 0 1.2 2h7.8a1.4 1.4 0 0 0 1.2-2L9.8 6V2M5 2h6M4.5 10h7" />,
  home: <path d="M2.5 7.5 8 2.8l5.5 4.7M4 6.5v7h8v-7" />,
  image: <path d="M8 1.8 14 5 8 8.2 2 5zM2.3 8 8 11l5.7-3M2.3 11 8 14l5.7-3" />,
  key: (
    <>
      <circle cx="5" cy="11" r="2.8" />
      <path d="m7 9 6-6m-2.5 2.5 2 2" />
    </>
  ),
  keyboard: (
    <>
      <rect x="1.5" y="4" width="13" height="8" rx="1.5" />
      <path d="M4 6.7h.01M6.7 6.7h.01M9.3 6.7h.01M12 6.7h.01M5 9.5h6" />
    </>
  ),
  link: (
    <path d="M6.8 9.2a2.7 2.7 0 0 0 3.9 0l2.2-2.2a2.7 2.7 0 0 0-3.9-3.9l-.8.8M9.2 6.8a2.7 2.7 0 0 0-3.9 0L3.1 9A2.7 2.7 0 0 0 7 12.9l.8-.8" />
  ),
  lock: (
    <>
      <rect x="3.2" y="7" width="9.6" height="6.8" rx="1.4" />
      <path d="M5.3 7V5a2.7 2.7 0 0 1 5.4 0v2" />
    </>
  ),
  machine: (
    <>
      <rect x="1.8" y="2.5" width="12.4" height="9" rx="1.5" />
      <path d="m4.5 5.5 2 1.7-2 1.7M8.5 9h3M5.5 14h5" />
    </>
  ),
  moon: <path d="M13.5 9.7A6 6 0 0 1 6.3 2.5a6 6 0 1 0 7.2 7.2z" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.2" />,
  pause: <path d="M5.5 3.5v9m5-9v9" />,
  play: <path d="M4.5 2.8v10.4L13 8z" />,
  plus: <path d="M8 3v10M3 8h10" />,
  power: <path d="M8 1.8v6M4.7 4a5.5 5.5 0 1 0 6.6 0" />,
  question: <path d="M5.8 6a2.3 2.3 0 1 1 3.3 2.1c-.7.4-1.1.8-1.1 1.6M8 12.3v.01" />,
  record: <circle cx="8" cy="8" r="4" fill="currentColor" />,
  refresh: <path d="M13.5 3v3.5H10M2.5 13V9.5H6M13 6.5A5.4 5.4 0 0 0 3.7 4.9M3 9.5a5.4 5.4 0 0 0 9.3 1.6" />,
  reset: <path d="M3 2.8v3.7h3.7M3.3 6.3A5.5 5.5 0 1 1 2.6 9" />,
  search: <path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.7-1.3L14 14" />,
  stop: <rect x="3.5" y="3.5" width="9" height="9" rx="1.5" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" />
    </>
  ),
  sliders: <path d="M2 4.5h6.5m3 0H14M2 11.5h2.5m3 0H14M8.5 2.8h3v3.4h-3zM4.5 9.8h3v3.4h-3z" />,
  tray: <path d="M2 9.5 3.8 3h8.4L14 9.5V13H2zM2 9.5h3.6l1 1.6h2.8l1-1.6H14" />,
  trash: <path d="M2.5 4h11M6 4V2.5h4V4M4 4l.6 9.5h6.8L12 4M6.6 6.8v4M9.4 6.8v4" />,
  upload: <path d="M8 10.5v-8M4.5 5.8 8 2.3l3.5 3.5M2.5 13.5h11" />,
  warning: <path d="M8 2.2 14.5 13.5h-13zM8 6.5v3.2M8 11.7v.01" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof drawings;

/** Decoration only: the control around it carries the name. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      {drawings[name]}
    </svg>
  );
}
