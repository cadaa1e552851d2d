import { hueColor } from '../../../ui/state.ts';
import { type Change, changeWords } from '../model/compare.ts';

/** What changed against the baseline, in a line of a drawing. */
export function ChangeText({ change }: { change: Change | null }) {
  if (!change) return <>not compared</>;
  const { mark, words, hue } = changeWords(change);
  const plain = hue === 'neutral' || hue === 'unknown';
  return (
    <tspan fill={plain ? undefined : hueColor(hue)} fontWeight={plain ? 400 : 600}>
      {mark} {words}
    </tspan>
  );
}
