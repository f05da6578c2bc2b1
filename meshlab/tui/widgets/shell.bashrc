# The learner's own settings first; then what a lab's shell adds.
[ -r "$HOME/.bashrc" ] && . "$HOME/.bashrc"
PS1='\[\e[1;36m\]${MESHLAB_PROMPT:-meshlab}\[\e[0m\] \[\e[34m\]\W\[\e[0m\] \$ '
PROMPT_COMMAND=
bind 'set enable-bracketed-paste on' 2>/dev/null
alias k=kubectl
# Completion is loaded when it is first asked for: reading it takes a moment that no prompt should wait for.
_meshlab_kubectl() {
  local file
  complete -r kubectl k 2>/dev/null
  command -v kubectl >/dev/null || return 1
  for file in {/usr,/usr/local,/opt/homebrew}/share/bash-completion/bash_completion; do
    type _get_comp_words_by_ref >/dev/null 2>&1 || { [ -r "$file" ] && . "$file"; }
  done
  if type _get_comp_words_by_ref >/dev/null 2>&1; then
    . <(kubectl completion bash 2>/dev/null)
    complete -o default -F __start_kubectl k 2>/dev/null
  else
    complete -o default -F _meshlab_ask_kubectl kubectl k
  fi
  return 124
}
# Where the package bash-completion is missing: kubectl itself says what may follow.
_meshlab_ask_kubectl() {
  local IFS=$'\n' word="${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=($(compgen -W "$(kubectl __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | sed -e '/^:/d' -e 's/\t.*//')" -- "$word"))
}
if type complete >/dev/null 2>&1; then
  complete -F _meshlab_kubectl kubectl k
fi
