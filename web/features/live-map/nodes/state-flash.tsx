import { useState } from 'react';
import { hueColor, type StateHue } from '../../../ui/state.ts';
import styles from '../map.module.css';

interface Props {
  /** Null while the page is rewound: time travel is instant. */
  state: string | null;
  hue: StateHue;
  r: number;
}

/** A ring round the origin for a moment after a state has changed, and never for the first state seen. */
export function StateFlash({ state, hue, r }: Props) {
  const [seen, setSeen] = useState({ state, changes: 0 });
  if (seen.state !== state) {
    const known = seen.state !== null && state !== null;
    setSeen({ state, changes: known ? seen.changes + 1 : 0 });
  }
  if (seen.changes === 0) return null;
  return <circle key={seen.changes} r={r} className={styles.flash} stroke={hueColor(hue)} />;
}
