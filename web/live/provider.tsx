'use client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { usePathname, useSearchParams } from 'next/navigation';
import { type ReactNode, Suspense, useEffect, useState } from 'react';
import { io, type Socket } from 'socket.io-client';
import { setClockOffset } from './clock.ts';
import { type BrowserToHub, type HubToBrowser, LIVE_NAMESPACE } from './protocol.ts';
import { LiveStore } from './store.ts';
import { notifyUrlChanged } from './url-state.ts';

function makeCache(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false, staleTime: 5_000 } },
  });
}

function onNextFrame(callback: () => void): () => void {
  const id = requestAnimationFrame(callback);
  return () => cancelAnimationFrame(id);
}

function useLiveSocket(cache: QueryClient): void {
  useEffect(() => {
    const store = new LiveStore(cache, { now: Date.now, onNextFrame, adjust: setClockOffset });
    const socket: Socket<HubToBrowser, BrowserToHub> = io(LIVE_NAMESPACE, {
      transports: ['websocket', 'polling'],
      reconnectionDelay: 250,
      reconnectionDelayMax: 2_000,
      autoConnect: false,
    });
    const detach = store.attach(socket);
    socket.connect();
    return () => {
      detach();
      socket.disconnect();
    };
  }, [cache]);
}

/** Links change the address without our writer; this tells the URL state about it. */
function UrlSync(): null {
  const path = usePathname();
  const search = useSearchParams().toString();
  // biome-ignore lint/correctness/useExhaustiveDependencies: both are the trigger, not an input
  useEffect(() => notifyUrlChanged(), [path, search]);
  return null;
}

/** Opens the live channel once for the whole page and closes it with it. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [cache] = useState(makeCache);
  useLiveSocket(cache);
  return (
    <QueryClientProvider client={cache}>
      <Suspense>
        <UrlSync />
      </Suspense>
      {children}
    </QueryClientProvider>
  );
}
