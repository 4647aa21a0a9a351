#!/bin/bash
# In front of a program that asks, before it starts, what nobody foresaw; before root's shell as `prompt.sh sudo`.
name=${0##*/} place=command
[ "$name" = prompt.sh ] && place=$1
prompt=/.lab/prompts/$place
if [ -e $prompt ] && { [ ! -e $prompt.line ] || [[ "$name $*" =~ $(cat $prompt.line) ]]; }; then
  while [ -e $prompt ]; do
    text=$(cat $prompt)
    printf '%s' "$text" | tee -a /.lab/terminal.log > /dev/tty
    read -r answer < /dev/tty || exit 1
    printf '%s\n' "$answer" >> /.lab/terminal.log
    [[ $text =~ [\(\[]([[:alnum:]_]+) ]] && [ "${BASH_REMATCH[1],,}" != "${answer,,}" ] && continue
    [ -e $prompt.once ] && rm -f $prompt
    break
  done
fi
[ "$place" = command ] && exec "/usr/bin/$name" "$@"
exit 0
