import { DatabaseGlyph } from '../../ui/glyphs/database.tsx';
import { MAX_DOTS_PER_SECOND } from './dots.ts';
import styles from './map.module.css';

function Travelling({ color, children }: { color: string; children: string }) {
  return (
    <li>
      <svg width="8" height="8" aria-hidden="true">
        <circle cx="4" cy="4" r="2.6" fill={color} />
      </svg>
      {children}
    </li>
  );
}

/** What the marks of the map mean. */
export function Legend() {
  return (
    <ul className={styles.legend} aria-label="Legend">
      <Travelling color="var(--ink2)">{`call, up to ${MAX_DOTS_PER_SECOND}/s each`}</Travelling>
      <Travelling color="var(--queue)">message</Travelling>
      <li>
        <svg width="8" height="8" aria-hidden="true">
          <path d="M1.5 1.5l5 5m0-5-5 5" stroke="var(--failing)" strokeWidth="1.5" />
        </svg>
        failed
      </li>
      <li>
        <svg width="12" height="8" aria-hidden="true">
          <path d="M1 4h10" stroke="var(--line3)" strokeDasharray="2 3" strokeWidth="1.5" />
        </svg>
        quiet
      </li>
      <li>
        <DatabaseGlyph size={12} />
        own database
      </li>
    </ul>
  );
}
