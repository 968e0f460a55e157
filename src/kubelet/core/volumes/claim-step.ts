import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/schema/claim.js';
import type { ClaimIdentity } from './claimed-volumes.js';

type ClaimObject = PersistentVolumeClaim | PersistentVolume;

/** What to do next about claims and volumes; the objects are as they are to be stored. */
export type ClaimStep =
  | { readonly kind: 'create' | 'update'; readonly object: ClaimObject }
  /** As somebody who asks for its deletion. */
  | { readonly kind: 'delete'; readonly object: ClaimObject }
  /** With its last finalizer gone, the object goes. */
  | { readonly kind: 'finish'; readonly object: ClaimObject }
  /** Makes the volume on the engine; `volume` is how to store it then. */
  | {
      readonly kind: 'provision';
      readonly name: string;
      readonly claim: PersistentVolumeClaim;
      readonly identity: ClaimIdentity;
      readonly volume: PersistentVolume;
    }
  /** Removes the volume from the engine with all that is in it, then the object. */
  | { readonly kind: 'reclaim'; readonly name: string; readonly volume: PersistentVolume }
  | { readonly kind: 'tell'; readonly claim: PersistentVolumeClaim; readonly reason: string; readonly message: string };
