import { SegmentedControl } from '../../../ui/segmented-control.tsx';
import type { PathChoice } from '../model/focus.ts';
import type { Sight } from '../use-sight.ts';

const OPTIONS = [
  { value: 'none', label: 'All' },
  { value: 'callers', label: 'Calls it' },
  { value: 'callees', label: 'It calls' },
  { value: 'both', label: 'Both' },
] as const satisfies readonly { value: PathChoice | 'none'; label: string }[];

/** Only the ways through what is chosen; the rest is dimmed. */
export function PathChoiceControl({ sight: { path, follow } }: { sight: Sight }) {
  return (
    <SegmentedControl
      size="sm"
      label="Path through what is chosen"
      options={OPTIONS}
      value={path ?? 'none'}
      onChange={(value) => follow(value === 'none' ? null : value)}
    />
  );
}
