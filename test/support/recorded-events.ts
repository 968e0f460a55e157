import type { KubeObject } from '../../src/api/schema/meta.js';
import type { EventSink } from '../../src/kubelet/events/event-sink.js';

/** Keeps every event as one line, in order, nothing combined: `Warning Failed Error: ErrImagePull`. */
export class RecordedEvents implements EventSink {
  readonly all: { readonly about: string; readonly line: string; readonly fieldPath: string | undefined }[] = [];

  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string): void {
    this.all.push({ about: about.metadata.name, line: `${type} ${reason} ${message}`, fieldPath });
  }

  /** All lines since the last time this was asked, of one object or of all. */
  take(about?: string): string[] {
    const taken = this.all.filter((event) => about === undefined || event.about === about);
    const left = this.all.filter((event) => !taken.includes(event));
    this.all.splice(0, this.all.length, ...left);
    return taken.map(({ line }) => line);
  }
}
