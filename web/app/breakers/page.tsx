import { BreakersPage } from '../../features/breakers/breakers-page.tsx';

export const metadata = { title: 'Breakers' };

export default function Page() {
  return <BreakersPage />;
}
