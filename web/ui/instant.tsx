import { dateTime } from './format.ts';
import { instantsIn } from './instants-in.ts';

/** An instant as the reader's own date and clock, with the exact one in its title. */
export function Instant({ at }: { at: number }) {
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {dateTime(at)}
    </time>
  );
}

/** A text of the server with its ISO times as the reader's own. */
export function WithInstants({ text }: { text: string }) {
  return instantsIn(text).map((part, index) =>
    'at' in part ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no id and stand in order
      <Instant key={index} at={part.at} />
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no id and stand in order
      <span key={index}>{part.text}</span>
    ),
  );
}
