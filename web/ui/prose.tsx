import { Fragment } from 'react';

/** A sentence of a file, in which backticks mark what is typed. */
export function Prose({ text }: { text: string }) {
  return text.split('`').map((part, i) =>
    i % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts never move
      <code key={i} className="mono ink1" style={{ overflowWrap: 'anywhere' }}>
        {part}
      </code>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts never move
      <Fragment key={i}>{part}</Fragment>
    ),
  );
}
