import type { FaultInterval } from '@stormglass/agents/contract';
import { actionWords } from '../../../live/fault-words.ts';
import { countdown, plural } from '../../../ui/format.ts';
import { CountdownRing } from '../../../ui/glyphs/countdown-ring.tsx';
import { CrystalMark } from '../../../ui/glyphs/crystal.tsx';
import { HALO } from '../../../ui/glyphs/halo.ts';

/** The crystal in its countdown ring, with what it does and how often it has. Around the origin. */
export function FaultBadge({ fault, at }: { fault: FaultInterval; at: number }) {
  const left = (fault.expiresAt - at) / Math.max(1, fault.expiresAt - fault.armedAt);
  const share = fault.spec.selector.percentage < 100 ? ` on ${fault.spec.selector.percentage} %` : '';
  return (
    <g>
      <circle r={17} fill="var(--bg0)" />
      <CountdownRing r={14} width={2.6} left={left} hue="fault" />
      <CrystalMark r={8} />
      <text x={23} y={-4} fontSize={11} fontWeight={600} fill="var(--fault)" {...HALO}>
        {actionWords(fault.spec.action)}
        {share}
      </text>
      <text x={23} y={10} fontSize={11} fill="var(--ink2)" {...HALO}>
        {at < fault.expiresAt ? `${countdown(fault.expiresAt - at)} left` : 'ending'},{' '}
        {plural(fault.injections, 'call')} hit
      </text>
    </g>
  );
}
