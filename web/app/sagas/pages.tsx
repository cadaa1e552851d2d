'use client';
import dynamic from 'next/dynamic';
import { SagaPage } from '../../features/sagas/saga-page.tsx';
import { SagasPage } from '../../features/sagas/sagas-page.tsx';
import type { Sides } from '../../features/sagas/sides.tsx';

/** What stands beside sagas comes after the page itself. */
const SIDES: Sides = {
  Wall: dynamic(() => import('../../features/invariants/wall-panel.tsx').then((m) => m.WallPanel), {
    ssr: false,
    loading: () => <aside aria-label="Invariants" aria-busy="true" />,
  }),
  Protections: dynamic(
    () => import('../../features/agents/protections-panel.tsx').then((m) => m.ProtectionsPanel),
    { ssr: false, loading: () => <aside aria-label="Protections" aria-busy="true" /> },
  ),
};

export const Sagas = () => <SagasPage sides={SIDES} />;
export const Saga = ({ id }: { id: string }) => <SagaPage id={id} sides={SIDES} />;
