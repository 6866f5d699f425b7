# complete.zsh - prints a command line as zsh completes it:
#
#     zsh -f complete.zsh FOLDER LINE     FOLDER: the one with the completion function
#
# A shell of its own, on a pseudo-terminal, is typed into: the line, a tab, and a key that shows the line.
zmodload zsh/zpty
zpty inner 'zsh -fi'
setup=(
    "PS1= PS2= TERM=dumb"
    "unsetopt prompt_cr prompt_sp beep"
    "fpath=(${(q)1} \$fpath)"
    "autoload -Uz compinit && compinit -u -D"
    "show() { print -r -- \"<\$BUFFER>\"; exit }"
    "zle -N show"
    "bindkey '^X' show"
)
zpty -w inner "${(j:; :)setup}; print rea''dy"
while zpty -r inner line && [[ $line != *ready* ]]; do done
zpty -n -w inner "$2"$'\t\x18'
while zpty -r inner line; do
    if [[ $line = *\<*\>* ]]; then
        print -r -- ${${line#*\<}%\>*}
        exit
    fi
done
exit 1
