'use client';
import type { ComponentType, ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { TriggerPanel } from './trigger-form.tsx';
import { type Beside, useBeside } from './use-beside.ts';

/** What other features have to show beside a saga. */
export interface Sides {
  Wall: ComponentType<{ onClose?: (() => void) | undefined }>;
  Protections: ComponentType<{ onClose: () => void }>;
}

/** The panel beside the page, or null. */
export function useSide({ Wall, Protections }: Sides): { aside: ReactNode; beside: Beside | null } {
  const { beside, asked, close } = useBeside();
  switch (beside) {
    case 'wall':
      return { beside, aside: <Wall onClose={asked ? close : undefined} /> };
    case 'protections':
      return { beside, aside: <Protections onClose={close} /> };
    case 'trigger':
      return { beside, aside: <TriggerPanel close={close} /> };
    default:
      return { beside, aside: null };
  }
}

/** Opens what can stand beside the page. */
export function SideButtons({ size = 'md' }: { size?: 'md' | 'sm' }) {
  const { beside, toggle } = useBeside();
  return (
    <>
      <Button size={size} aria-expanded={beside === 'wall'} onClick={() => toggle('wall')}>
        Invariants
      </Button>
      <Button size={size} aria-expanded={beside === 'protections'} onClick={() => toggle('protections')}>
        Protections
      </Button>
    </>
  );
}
