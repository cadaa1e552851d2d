import { Sagas } from './pages.tsx';

export const metadata = { title: 'Sagas' };

export default function Page() {
  return <Sagas />;
}
