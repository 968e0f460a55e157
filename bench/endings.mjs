const open = new Set();
let undoing = false;

/** What has to be undone also when somebody presses Ctrl-C. @returns does it, once, whoever comes first */
export function atEnd(undo) {
  let done;
  const once = () => {
    open.delete(once);
    return (done ??= undo());
  };
  open.add(once);
  return once;
}

/** The newest first: what was made later may need what was there before. */
async function undoAll() {
  for (const once of [...open].reverse()) await Promise.resolve(once()).catch((error) => console.error(error.message));
}

/** Somebody has pressed Ctrl-C: nothing new is to be begun. */
export const interrupted = () => undoing;

export function undoOnSignals() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => {
      undoing = true;
      console.error('interrupted: taking everything away ...');
      void undoAll().then(() => process.exit(130));
    });
}
