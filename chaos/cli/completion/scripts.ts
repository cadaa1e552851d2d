/** Shells for which there is completion. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * What a shell is to read: it asks `stormglass __complete` for each word, so that experiments, runs and faults are those of
 * the dashboard, and nothing has to be written anew when a command changes. `:files` at the end of an answer asks the
 * shell for names of files.
 */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# stormglass completion for bash: source <(stormglass completion bash)
_stormglass() {
  local current="\${COMP_WORDS[COMP_CWORD]}" answer word files=
  COMPREPLY=()
  while IFS= read -r word; do
    if [[ $word == :files ]]; then files=1; else COMPREPLY+=("$word"); fi
  done < <(stormglass __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
  fi
}
complete -F _stormglass stormglass
`,
  zsh: `#compdef stormglass
# stormglass completion for zsh: source <(stormglass completion zsh), after compinit
_stormglass() {
  local -a answer
  answer=(\${(f)"$(stormglass __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  local files=\${answer[(r):files]}
  answer=(\${answer:#:files})
  (( \${#answer} )) && compadd -- $answer
  [[ -n $files ]] && _files
  return 0
}
compdef _stormglass stormglass
`,
  fish: `# stormglass completion for fish: stormglass completion fish | source
function __stormglass_complete
    set -l words (commandline -opc) (commandline -ct)
    for word in (stormglass __complete $words[2..-1] 2>/dev/null)
        if test "$word" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $word
        end
    end
end
complete -c stormglass -f -a '(__stormglass_complete)'
`,
};
