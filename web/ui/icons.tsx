/** Small line icons, 1.4 px, currentColor. Each stands beside a word or under an aria-label. */
export function CrossIcon() {
  return (
    <svg width="10" height="10" className="icon" aria-hidden="true">
      <path d="m1 1 8 8m0-8-8 8" />
    </svg>
  );
}

export function ChevronIcon({ turned = false }: { turned?: boolean }) {
  return (
    <svg
      width="8"
      height="8"
      viewBox="0 0 8 8"
      className="icon"
      aria-hidden="true"
      style={turned ? { transform: 'rotate(90deg)' } : undefined}
    >
      <path d="m2.5 1 3 3-3 3" />
    </svg>
  );
}

export function SearchIcon() {
  return (
    <svg width="12" height="12" className="icon" aria-hidden="true">
      <circle cx="5" cy="5" r="3.6" />
      <path d="m8 8 3 3" />
    </svg>
  );
}

export function BackIcon() {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" className="icon" aria-hidden="true">
      <path d="M2.5 2v3h3M2.7 5A4 4 0 1 1 2 7" />
    </svg>
  );
}

export function CheckIcon() {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" className="icon" aria-hidden="true">
      <path d="m2 6.5 2.6 2.6L10 3.4" />
    </svg>
  );
}

export function TableIcon() {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" className="icon" aria-hidden="true">
      <path d="M1 2.5h10M1 6h10M1 9.5h10M4 2.5v7" />
    </svg>
  );
}

export function PlayIcon() {
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      <path d="M2 1v8l7-4z" fill="currentColor" />
    </svg>
  );
}

export function PauseIcon() {
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      <path d="M2 1h2v8H2zm4 0h2v8H6z" fill="currentColor" />
    </svg>
  );
}
