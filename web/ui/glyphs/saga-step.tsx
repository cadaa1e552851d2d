import { assertNever } from '@stormglass/agents/contract';

export type StepLook = 'ok' | 'running' | 'failed' | 'ambiguous' | 'not-sent' | 'compensated' | 'never';

export const STEP_WORDS: Record<StepLook, string> = {
  ok: 'done',
  running: 'in flight',
  failed: 'failed',
  ambiguous: 'ambiguous',
  'not-sent': 'not sent',
  compensated: 'undone',
  never: 'never started',
};

function inside(look: StepLook) {
  switch (look) {
    case 'ok':
      return <path d="M-4 0.4-1.2 3.2 4.2-2.8" stroke="var(--bg1)" strokeWidth={1.8} />;
    case 'failed':
      return <path d="M-3.4-3.4 3.4 3.4M3.4-3.4-3.4 3.4" stroke="var(--bg1)" strokeWidth={1.8} />;
    case 'ambiguous':
      return (
        <text y={4} textAnchor="middle" fontSize={12} fontWeight={700} fill="var(--degraded)" stroke="none">
          ?
        </text>
      );
    case 'not-sent':
      return (
        <g stroke="var(--open)" strokeWidth={1.4}>
          <path d="M-3 1.2 2.4-3.2" />
          <circle cx={-4} cy={1.2} r={1} fill="var(--open)" stroke="none" />
          <circle cx={4} cy={1.2} r={1} fill="var(--open)" stroke="none" />
        </g>
      );
    case 'compensated':
      return (
        <path d="M4 3.4c0-4.6-3-5.4-7.4-5.4M-.9-4.6-3.6-2l2.7 2.6" stroke="var(--bg1)" strokeWidth={1.7} />
      );
    case 'running':
      return <circle r={3} fill="var(--ink1)" stroke="none" />;
    case 'never':
      return null;
    default:
      return assertNever(look);
  }
}

const DISC: Record<StepLook, { fill: string; stroke: string; dash?: string }> = {
  ok: { fill: 'var(--ok)', stroke: 'var(--ok)' },
  running: { fill: 'var(--bg1)', stroke: 'var(--ink1)' },
  failed: { fill: 'var(--failing)', stroke: 'var(--failing)' },
  ambiguous: { fill: 'var(--bg1)', stroke: 'var(--degraded)', dash: '3 2.4' },
  'not-sent': { fill: 'var(--bg1)', stroke: 'var(--open)' },
  compensated: { fill: 'var(--comp)', stroke: 'var(--comp)' },
  never: { fill: 'var(--bg1)', stroke: 'var(--line3)', dash: '2 3' },
};

/** The outcome of one attempt: a disc of radius 10 around the origin. */
export function SagaStepMark({ look, scale = 1 }: { look: StepLook; scale?: number }) {
  const disc = DISC[look];
  return (
    <g transform={`scale(${scale})`} fill="none" strokeLinecap="round" strokeLinejoin="round">
      <circle r={9.2} fill={disc.fill} stroke={disc.stroke} strokeWidth={1.6} strokeDasharray={disc.dash} />
      {inside(look)}
    </g>
  );
}

export function SagaStepGlyph({ look, size = 20 }: { look: StepLook; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="-10 -10 20 20" role="img" aria-label={STEP_WORDS[look]}>
      <SagaStepMark look={look} />
    </svg>
  );
}
