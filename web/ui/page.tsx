import type { ReactNode } from 'react';
import { Boundary } from './boundary.tsx';
import styles from './page.module.css';

/** A title as a note can say it. */
const named = (title: ReactNode, other: string): string => (typeof title === 'string' ? title : other);

interface PageProps {
  title: ReactNode;
  /** Beside the title, quiet. */
  about?: ReactNode;
  /** Second line of the head. */
  facts?: ReactNode;
  actions?: ReactNode;
  /** The right panel; overlays below 1280 px, stands below the content on a phone. */
  aside?: ReactNode;
  /** The body does not scroll as a whole: a part of it does. */
  fixed?: boolean;
  children: ReactNode;
}

/** One page: head, body that scrolls, and a panel at its right. */
export function Page({ title, about, facts, actions, aside, fixed = false, children }: PageProps) {
  return (
    <div className={styles.page} data-aside={aside ? '' : undefined}>
      <div className={styles.main}>
        <header className={styles.head}>
          <div className={styles.titles}>
            <div className={styles.titleLine}>
              <h1>{title}</h1>
              {about ? <span className="ink3">{about}</span> : null}
            </div>
            {facts ? <div className={styles.facts}>{facts}</div> : null}
          </div>
          {actions ? <div className={styles.actions}>{actions}</div> : null}
        </header>
        <div
          className={`${styles.body} scroll`}
          data-fixed={fixed ? '' : undefined}
          tabIndex={fixed ? undefined : 0}
        >
          <Boundary what={named(title, 'This page')}>{children}</Boundary>
        </div>
      </div>
      {aside}
    </div>
  );
}

/** A band of a page with its own small head. */
export function Band({
  title,
  about,
  children,
}: {
  title: ReactNode;
  about?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={styles.band}>
      <div className={styles.bandHead}>
        <h2>{title}</h2>
        {about ? <span className="cap ink3">{about}</span> : null}
      </div>
      <Boundary what={named(title, 'This part')}>{children}</Boundary>
    </section>
  );
}
