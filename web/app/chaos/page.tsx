import { ChaosPage } from '../../features/chaos/chaos-page.tsx';

export const metadata = { title: 'Chaos' };

export default function Page() {
  return <ChaosPage />;
}
