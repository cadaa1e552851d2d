import type { ReactNode } from 'react';
import { Boundary } from './boundary.tsx';
import { Button } from './button.tsx';
import { CrossIcon } from './icons.tsx';
import styles from './ui.module.css';

interface PanelProps {
  label: string;
  title: ReactNode;
  subtitle?: ReactNode;
  actions?: ReactNode;
  onClose?: () => void;
  /** Stays in view while the rest scrolls. */
  footer?: ReactNode;
  children: ReactNode;
}

/** On a phone a panel stands below the page: who opens it must see it. */
function intoView(panel: HTMLElement | null): void {
  panel?.scrollIntoView({ block: 'nearest' });
}

/** The right panel of a page: head, then sections parted by hairlines. */
export function Panel({ label, title, subtitle, actions, onClose, footer, children }: PanelProps) {
  return (
    <aside className={styles.panel} aria-label={label} ref={onClose ? intoView : undefined}>
      <div className={styles.panelHead}>
        <div className={styles.panelTitle}>
          <h2 className="clip" style={{ fontSize: 15, lineHeight: '20px', letterSpacing: '-.01em' }}>
            {title}
          </h2>
          {subtitle ? <div className="ink3 cap clip">{subtitle}</div> : null}
        </div>
        {actions}
        {onClose ? (
          <Button variant="quiet" size="sm" onClick={onClose} aria-label="Close panel">
            <CrossIcon />
          </Button>
        ) : null}
      </div>
      <div className="stack scroll" style={{ flex: 1, minHeight: 0 }}>
        <Boundary what={label}>{children}</Boundary>
      </div>
      {footer ? <div style={{ flex: 'none', maxHeight: '60%', overflow: 'auto' }}>{footer}</div> : null}
    </aside>
  );
}

interface SectionProps {
  title?: ReactNode;
  aside?: ReactNode;
  tint?: 'fault';
  grow?: boolean;
  children: ReactNode;
}

/** One part of a panel, with a hairline above. */
export function Section({ title, aside, tint, grow, children }: SectionProps) {
  return (
    <section className={styles.section} data-tint={tint} style={grow ? { flex: 1 } : undefined}>
      {title ? (
        <div className={styles.sectionHead}>
          <h3 style={{ fontSize: 12, fontWeight: 600, color: 'var(--ink1)' }}>{title}</h3>
          {aside ? <span className="ink3">{aside}</span> : null}
        </div>
      ) : null}
      <Boundary what={typeof title === 'string' ? title : 'This part'}>{children}</Boundary>
    </section>
  );
}
