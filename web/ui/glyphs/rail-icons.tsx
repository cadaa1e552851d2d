import type { ReactNode } from 'react';

export type RailIconName =
  | 'live'
  | 'traces'
  | 'breakers'
  | 'queues'
  | 'sagas'
  | 'chaos'
  | 'scorecard'
  | 'agents';

const PICTURES: Record<RailIconName, ReactNode> = {
  live: (
    <>
      <circle cx="5" cy="9" r="2.6" />
      <circle cx="13" cy="4.5" r="2.1" />
      <circle cx="13" cy="13.5" r="2.1" />
      <path d="M7.4 7.9 11.1 5.6M7.4 10.1l3.7 2.4" />
    </>
  ),
  traces: <path d="M2 3h9M5 7h11M8 11h6M11 15h5" />,
  breakers: (
    <>
      <circle cx="3.5" cy="11" r="1.5" />
      <circle cx="14.5" cy="11" r="1.5" />
      <path d="M4.8 10.2 12.4 4.6M0 11h2M16 11h2" />
    </>
  ),
  queues: <path d="M4 2.5v11.2a1.8 1.8 0 0 0 1.8 1.8h6.4a1.8 1.8 0 0 0 1.8-1.8V2.5M4 8.5h10M6.5 12h5" />,
  sagas: (
    <>
      <path d="M1 9h2.1M6.9 9h4.2M14.9 9H17" />
      <circle cx="5" cy="9" r="1.9" />
      <circle cx="13" cy="9" r="1.9" />
      <path d="M13 12.5c0 3-8 3-8 0M5 14.6v-2.1h2" />
    </>
  ),
  chaos: (
    <>
      <path d="M9 1.8 15.2 5.4v7.2L9 16.2 2.8 12.6V5.4Z" />
      <path d="M5.6 12.2 12.4 5.8M8.6 13 13 8.9M5 9.1 9.4 5" />
    </>
  ),
  scorecard: <path d="M2.6 13.5a7 7 0 1 1 12.8 0M9 11.5l3.2-4.4" />,
  agents: (
    <>
      <rect x="2.5" y="4" width="13" height="8.5" rx="1.6" />
      <path d="M6 15.5h6M6 8.2l1.6 1.4L6 11M9.5 11H12" />
    </>
  ),
};

/** The picture of a page in the rail; its word stands below. */
export function RailIcon({ name }: { name: RailIconName }) {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" className="icon" aria-hidden="true">
      {PICTURES[name]}
    </svg>
  );
}
