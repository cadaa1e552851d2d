import { AttachPage } from '../../features/attach/attach-page.tsx';

export const metadata = { title: 'Attach your service' };

export default function Page() {
  return <AttachPage />;
}
