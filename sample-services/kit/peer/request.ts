/** What is sent to a peer, whichever of its instances gets it. */
export interface PeerRequest {
  method: 'GET' | 'POST';
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

/** An answer below 500. */
export interface PeerAnswer {
  status: number;
  body: unknown;
}
