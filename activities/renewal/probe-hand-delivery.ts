import { asRunbookError } from '../../errors/index.ts';
import { handDeliveryText, handRestartText, hostOf, type HandDelivery } from '../../report/index.ts';
import { beating, objectParam, onBox, textParam, type Action } from '../action.ts';
import { probeDelivery, hasNoWay } from './probe-delivery.ts';
import type { CheckFact, LookFact, MissedFact, ResultFact } from './facts.ts';
import { issuedTo } from './issued-files.ts';
import { seenByManager } from './seen-by-manager.ts';

/** Fact of a step that waits for a person's delivery; also what the probe of a delivery from the FMC answers. */
export interface HandFact {
  readonly outcome: 'done' | 'unknown';
  readonly text: string;
  /** As the device itself shows it where it can be reached by now; else `new` where the FMC's view proves it. */
  readonly state: CheckFact['state'];
  readonly reachable: boolean;
  readonly fresh: boolean;
  readonly tunnel: 'up' | 'down';
  readonly rung: 'by-hand';
  /** Exact commands for this device. */
  readonly instructions: string;
  /** What is left where only a restart is missing. */
  readonly restart: string;
}

/**
 * A device that the engine had no way to: by SSH where that works by now, else by what its FMC sees. Brings the exact commands for
 * a person. Changes nothing.
 */
export const probeHandDelivery: Action = async (input, deps) =>
  await beating(async (progress) => {
    const look = objectParam<LookFact>(input, 'look');
    const managerUuid = textParam(input, 'managerUuid');
    const { target, manager } = input;
    const name = target?.name ?? '';
    const uuid = target?.uuid ?? '';
    progress('what was issued, and what the FMC sees');
    const fromManager = await onBox(deps, input, manager, async (shell) => ({
      issued: await issuedTo(shell, {
        result: objectParam<ResultFact>(input, 'result'),
        missed: objectParam<Partial<MissedFact>>(input, 'missed'),
        deviceUuid: uuid,
        name,
      }),
      seen: await seenByManager(shell, uuid),
      peersRoot: shell.profile.paths['peersRoot'] ?? '/var/sf/peers',
    }));
    const { seen } = fromManager;

    progress('the device itself, where it can be reached by now');
    let check: CheckFact | undefined;
    try {
      const facts = (await probeDelivery(input, deps)).facts as unknown as CheckFact;
      if (facts.state !== 'unseen' && facts.state !== 'reported') check = facts;
    } catch (thrown) {
      // What keeps the engine from looking is the person's to know, and no reason to ask for less.
      if (!hasNoWay(thrown, look) && asRunbookError(thrown).code === 'ENGINE_INTERNAL') throw thrown;
    }

    const delivery: HandDelivery = {
      device: name,
      host: hostOf(target?.address ?? ''),
      manager: manager?.name ?? 'the FMC',
      managerUuid,
      folder: `${fromManager.peersRoot}/${managerUuid}`,
      issued: fromManager.issued,
      tunnel: seen.up ? 'up' : 'down',
    };
    const state = check?.state ?? (seen.fresh ? 'new' : 'unseen');
    const fact: HandFact = {
      outcome: state === 'new' ? 'done' : 'unknown',
      text:
        check?.text ??
        (seen.fresh
          ? 'Its tunnel is up, and began after the FMC had its new certificates.'
          : `The engine has no way to ${name}; on the FMC its tunnel is ${seen.up ? 'up since before the new CA' : 'down'}.`),
      state,
      reachable: check !== undefined,
      fresh: seen.fresh || (check?.fresh ?? false),
      tunnel: seen.up ? 'up' : 'down',
      rung: 'by-hand',
      instructions: handDeliveryText(delivery),
      restart: handRestartText(delivery),
    };
    const { text, fresh, tunnel } = fact;
    // As the probe of a copy whose end nobody has seen: what the copy itself would have said.
    const copied =
      input.params['of'] === 'copyCertsFromManager' && state === 'new'
        ? { facts: { state, rung: 'fmc', fresh, text, tunnel, said: '' } }
        : {};
    return { facts: { ...fact, ...copied }, note: fact.text };
  });
