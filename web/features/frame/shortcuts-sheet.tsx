'use client';
import { Modal } from '@mantine/core';
import styles from './shortcuts.module.css';
import { SHORTCUT_GROUPS } from './shortcuts.ts';

interface Props {
  opened: boolean;
  onClose: () => void;
}

/** Every key that does something, by where it does it. */
export default function ShortcutsSheet({ opened, onClose }: Props) {
  return (
    <Modal.Root opened={opened} onClose={onClose} size={720} transitionProps={{ duration: 0 }}>
      <Modal.Overlay blur={0} backgroundOpacity={0.4} />
      <Modal.Content className={styles.content ?? ''}>
        {/* Not Modal.Header, which is a second banner of the page. */}
        <div className={styles.header}>
          <Modal.Title>
            <b>Keyboard shortcuts</b>
          </Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body>
          <div className={styles.groups}>
            {SHORTCUT_GROUPS.map(({ title, rows }) => (
              <section key={title}>
                <h3>{title}</h3>
                <dl>
                  {rows.map(({ keys, does }) => (
                    <div key={does}>
                      <dt>
                        {keys.map((key) => (
                          <kbd key={key}>{key}</kbd>
                        ))}
                      </dt>
                      <dd>{does}</dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
