import type { FaultInterval } from '@stormglass/agents/contract';
import { actionWords, faultWords } from '../../../live/fault-words.ts';
import { countdown, plural } from '../../../ui/format.ts';
import { CountdownRing } from '../../../ui/glyphs/countdown-ring.tsx';
import { CrystalMark } from '../../../ui/glyphs/crystal.tsx';
import { HALO } from '../../../ui/glyphs/halo.ts';
import { wordsWidth } from '../model/cells.ts';

const RING_PX = 16;
/** Where its words begin, from the middle of the ring. */
const TEXT_PX = 21;

const leftWords = (fault: FaultInterval, at: number): string =>
  at < fault.expiresAt ? `${countdown(fault.expiresAt - at)} left` : 'ending';

const shareWords = ({ spec }: FaultInterval): string =>
  spec.selector.percentage < 100 ? `, ${spec.selector.percentage} %` : '';

/** One line each, as a tooltip says it; the panel of what they are on lists them too. */
function listOf(faults: readonly FaultInterval[], at: number): string {
  return faults
    .map(
      (fault) =>
        `${faultWords(fault.spec)}${shareWords(fault)}: ${leftWords(fault, at)}, ${plural(fault.injections, 'call')} hit`,
    )
    .join('\n');
}

/**
 * The crystal in its countdown ring, with what it does and how often it has, side by side around the origin. Of several
 * the one that ends last speaks, and says how many there are.
 */
export function FaultBadge({ faults, at }: { faults: readonly FaultInterval[]; at: number }) {
  const fault = [...faults].sort((a, b) => b.expiresAt - a.expiresAt)[0];
  if (!fault) return null;
  const left = (fault.expiresAt - at) / Math.max(1, fault.expiresAt - fault.armedAt);
  const several = faults.length > 1;
  const action = `${actionWords(fault.spec.action)}${shareWords(fault)}`;
  const did = several ? `${plural(faults.length, 'fault')}: ${action}` : action;
  const hit = faults.reduce((sum, { injections }) => sum + injections, 0);
  return (
    <g transform={`translate(${-(wordsWidth(did) + TEXT_PX) / 2 + RING_PX} 0)`}>
      {several ? <title>{listOf(faults, at)}</title> : null}
      <circle r={17} fill="var(--bg0)" />
      <CountdownRing r={14} width={2.6} left={left} hue="fault" />
      {several ? (
        <text y={4.5} textAnchor="middle" fontSize={13} fontWeight={600} fill="var(--fault)">
          {faults.length}
        </text>
      ) : (
        <CrystalMark r={8} />
      )}
      <text x={TEXT_PX} y={-4} fontSize={11} fontWeight={600} fill="var(--fault)" {...HALO}>
        {did}
      </text>
      <text x={TEXT_PX} y={10} fontSize={11} fill="var(--ink2)" {...HALO}>
        {leftWords(fault, at)}, {plural(hit, 'call')} hit
      </text>
    </g>
  );
}
