/** The storm glass: a flask with a crystal growing in it. */
export function BrandGlyph() {
  return (
    <svg
      width="26"
      height="26"
      viewBox="0 0 26 26"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M9.5 3h7M10.5 3v5.2C7 9.8 5 12.6 5 16a8 8 0 0 0 16 0c0-3.4-2-6.2-5.5-7.8V3" />
      <path d="M13 21v-8M13 17l-3.4-2.6M13 18.5l3.4-3M13 14.6l2-1.8" stroke="var(--fault)" />
    </svg>
  );
}
