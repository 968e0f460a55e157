/** Shells that can be helped. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What a shell reads so that it completes `kubelette`; each asks `kubelette __complete` with the words so far. */
export const completionScript = (shell: Shell): string => SCRIPTS[shell];

// Bash takes words apart at `:` and `=`. So they are read from the line itself, and what stands before the last of these in the
// word at the cursor is taken off the proposals again.
const BASH = `# kubelette in bash. For every new shell:
#   kubelette completion bash > ~/.local/share/bash-completion/completions/kubelette
# For this one:
#   source <(kubelette completion bash)
_kubelette() {
  local words line current kept= nospace= files=
  read -ra words <<< "\${COMP_LINE:0:COMP_POINT}"
  [[ \${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=('')
  current=\${words[\${#words[@]}-1]}
  [[ $current == *[:=]* ]] && kept=\${current%"\${current##*[:=]}"}
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) files=1 ;;
      :nospace) nospace=1 ;;
      *) line=\${line%%$'\\t'*}; COMPREPLY+=("\${line#"$kept"}") ;;
    esac
  done < <("$1" __complete "\${words[@]:1}" 2>/dev/null)
  if [[ -n $files ]]; then
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${current#"$kept"}")
    compopt -o filenames 2>/dev/null
  fi
  [[ -n $nospace ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _kubelette kubelette
`;

const ZSH = `#compdef kubelette
# kubelette in zsh. For every new shell, with a folder of your $fpath:
#   kubelette completion zsh > "\${fpath[1]}/_kubelette"
# For this one, after compinit:
#   source <(kubelette completion zsh)
_kubelette() {
  local line files nospace word
  local -a proposals
  while IFS= read -r line; do
    case $line in
      :files) files=1 ;;
      :nospace) nospace=1 ;;
      *)
        word=\${\${line%%$'\\t'*}//:/\\\\:}
        [[ $line == *$'\\t'* ]] && word+=":\${line#*$'\\t'}"
        proposals+=("$word")
        ;;
    esac
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#proposals} )); then
    if [[ -n $nospace ]]; then _describe kubelette proposals -S ''; else _describe kubelette proposals; fi
  fi
  [[ -n $files ]] && _files
}
if [[ $funcstack[1] == _kubelette ]]; then _kubelette "$@"; else compdef _kubelette kubelette; fi
`;

const FISH = `# kubelette in fish. For every new shell:
#   kubelette completion fish > ~/.config/fish/completions/kubelette.fish
# For this one:
#   kubelette completion fish | source
function __kubelette_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
    switch $line
      case :files
        __fish_complete_path (commandline -ct)
      case :nospace
      case '*'
        printf '%s\\n' $line
    end
  end
end
complete -c kubelette -f -a '(__kubelette_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
