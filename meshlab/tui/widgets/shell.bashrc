# The learner's own settings first; then what a lab's shell adds.
[ -r "$HOME/.bashrc" ] && . "$HOME/.bashrc"
PS1='\[\e[1;36m\]${MESHLAB_PROMPT:-meshlab}\[\e[0m\] \[\e[34m\]\W\[\e[0m\] \$ '
PROMPT_COMMAND=
bind 'set enable-bracketed-paste on' 2>/dev/null
alias k=kubectl
# Completion is loaded when it is first asked for: reading it takes a moment that no prompt should wait for.
_meshlab_kubectl() {
  complete -r kubectl k 2>/dev/null
  command -v kubectl >/dev/null && . <(kubectl completion bash 2>/dev/null)
  complete -o default -F __start_kubectl k 2>/dev/null
  return 124
}
if type complete >/dev/null 2>&1 && type _get_comp_words_by_ref >/dev/null 2>&1; then
  complete -F _meshlab_kubectl kubectl k
fi
