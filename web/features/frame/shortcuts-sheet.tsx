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
    <Modal
      opened={opened}
      onClose={onClose}
      title={<b>Keyboard shortcuts</b>}
      size={720}
      overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
      classNames={{ content: styles.content ?? '', header: styles.header ?? '' }}
      closeButtonProps={{ 'aria-label': 'Close' }}
      transitionProps={{ duration: 0 }}
    >
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
    </Modal>
  );
}
