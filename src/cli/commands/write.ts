import type { Command } from 'commander';
import { addClientFlags, collect, runClient } from '../client-command.js';
import type { ApplyFlags } from '../client/apply.js';
import type { WriteFlags } from '../client/write-flags.js';
import type { CommandContext } from '../command.js';

/** `kubelette apply -f FILE`. */
export function registerApply(program: Command, context: CommandContext): void {
  const command = program
    .command('apply')
    .description('create objects, or change them to what the manifests say')
    .option('--server-side', 'as kubectl apply --server-side: fields of other managers are conflicts')
    .option('--force-conflicts', 'with --server-side: take such fields over');
  addWriteFlags(command).action((flags: ApplyFlags) =>
    runClient(context, flags, async (session) => (await import('../client/apply.js')).apply(session, flags)),
  );
}

/** `kubelette create -f FILE`. */
export function registerCreate(program: Command, context: CommandContext): void {
  const command = program.command('create').description('create the objects of manifests');
  addWriteFlags(command).action((flags: WriteFlags) =>
    runClient(context, flags, async (session) => (await import('../client/create.js')).create(session, flags)),
  );
}

const addWriteFlags = (command: Command): Command =>
  addClientFlags(
    command
      .option('-f, --filename <path>', 'file, folder, URL, or - for standard input; may be given again', collect)
      .option('-R, --recursive', 'folders with all below them')
      .option('--dry-run [how]', 'none, client or server: only say what would happen')
      .option('--validate [how]', 'strict, warn or ignore: what to do with unknown fields (default: strict)')
      .option('--field-manager <name>', 'who owns the fields that are written', 'kubelette')
      .option('-o, --output <format>', 'json, yaml or name'),
  );
