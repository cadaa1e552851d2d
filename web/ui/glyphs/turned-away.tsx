/** A call turned away, not sent: a 5 px cross before the switch. Around the origin. */
export function TurnedAwayMark() {
  return (
    <path
      d="M-2.5-2.5 2.5 2.5M2.5-2.5-2.5 2.5"
      stroke="var(--open)"
      strokeWidth={1.5}
      strokeLinecap="round"
      fill="none"
    />
  );
}
