import { QueuesPage } from '../../features/queues/queues-page.tsx';

export const metadata = { title: 'Queues' };

export default function Page() {
  return <QueuesPage />;
}
