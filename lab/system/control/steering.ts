import { readdirSync } from 'node:fs';
import type { Steered } from '../../control/control-server.ts';
import type { SystemLab } from '../system-lab.ts';
import { systemFaults } from './faults.ts';
import { systemTruth } from './truth.ts';

export function steering(lab: SystemLab): Steered {
  return {
    truth: () => systemTruth(lab),
    // Terminals are real and nobody listens in; what daemons and sshd said is all that there is.
    transcripts: (name) => {
      const box = lab.box(name);
      return (
        box &&
        readdirSync(box.root.at('.lab')).flatMap((file) =>
          file.endsWith('.log') ? (box.root.text(`.lab/${file}`) ?? '') : [],
        )
      );
    },
    file: (name, file) => lab.box(name)?.root.text(file),
    faults: systemFaults(lab),
  };
}
