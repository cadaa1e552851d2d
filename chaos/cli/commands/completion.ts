import { command, DASHBOARD_OPTIONS } from '../command.ts';
import { complete } from '../completion/complete.ts';
import { SCRIPTS, SHELLS } from '../completion/scripts.ts';
import { dashboardOf } from '../dashboard.ts';
import { usage } from '../exit-codes.ts';

export const completion = command({
  name: 'completion',
  about: 'what a shell is to read so that Tab completes commands, options, experiments and faults',
  arguments: [{ name: SHELLS.join('|'), words: SHELLS }],
  options: {},
  more: `  bash  source <(stormglass completion bash)      in ~/.bashrc
  zsh   source <(stormglass completion zsh)       in ~/.zshrc, after compinit
  fish  stormglass completion fish | source       in ~/.config/fish/config.fish`,
  act: async ({ args }, { terminal, json }) => {
    const shell = SHELLS.find((one) => one === args[0]);
    if (shell === undefined)
      throw usage(`completion is for ${SHELLS.join(', ')}, not ${args[0]}`, 'completion');
    if (json) terminal.out(JSON.stringify({ shell, script: SCRIPTS[shell] }));
    else terminal.write(SCRIPTS[shell]);
    return 0;
  },
});

/** Asked by shells; the words that are typed may be anything, so they are taken as they are. */
export const completeWords = command({
  name: '__complete',
  about: 'words that continue a command line',
  arguments: [{ name: 'word', many: true, optional: true }],
  options: DASHBOARD_OPTIONS,
  hidden: true,
  verbatim: true,
  act: async ({ args, values }, { terminal, env, commands }) => {
    const { words, files } = await complete(args, commands, dashboardOf(values, env));
    for (const word of words) terminal.out(word);
    if (files) terminal.out(':files');
    return 0;
  },
});
