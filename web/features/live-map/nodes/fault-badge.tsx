import type { FaultInterval } from '@stormglass/agents/contract';
import { actionWords } from '../../../live/fault-words.ts';
import { countdown, plural } from '../../../ui/format.ts';
import { CountdownRing } from '../../../ui/glyphs/countdown-ring.tsx';
import { CrystalMark } from '../../../ui/glyphs/crystal.tsx';
import { HALO } from '../../../ui/glyphs/halo.ts';
import { wordsWidth } from '../model/cells.ts';

const RING_PX = 16;
/** Where its words begin, from the middle of the ring. */
const TEXT_PX = 21;

/** The crystal in its countdown ring, with what it does and how often it has, side by side around the origin. */
export function FaultBadge({ fault, at }: { fault: FaultInterval; at: number }) {
  const left = (fault.expiresAt - at) / Math.max(1, fault.expiresAt - fault.armedAt);
  const share = fault.spec.selector.percentage < 100 ? `, ${fault.spec.selector.percentage} %` : '';
  const did = `${actionWords(fault.spec.action)}${share}`;
  return (
    <g transform={`translate(${-(wordsWidth(did) + TEXT_PX) / 2 + RING_PX} 0)`}>
      <circle r={17} fill="var(--bg0)" />
      <CountdownRing r={14} width={2.6} left={left} hue="fault" />
      <CrystalMark r={8} />
      <text x={TEXT_PX} y={-4} fontSize={11} fontWeight={600} fill="var(--fault)" {...HALO}>
        {did}
      </text>
      <text x={TEXT_PX} y={10} fontSize={11} fill="var(--ink2)" {...HALO}>
        {at < fault.expiresAt ? `${countdown(fault.expiresAt - at)} left` : 'ending'},{' '}
        {plural(fault.injections, 'call')} hit
      </text>
    </g>
  );
}
