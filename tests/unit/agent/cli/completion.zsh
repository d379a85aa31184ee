#!/usr/bin/env zsh
# SPDX-License-Identifier: GPL-2.0-or-later
# completion.zsh COMPLETION WORK - for each command line on standard input, what zsh offers at its end: one line of
# words. A zsh with its own completion system is typed to in a pseudo-terminal; compadd, by which each offer has to go,
# is listened to.
zmodload zsh/zpty
completion=$1 offers=$2/offers init=$2/zshrc
cp $completion $2/_kfgate
cat >$init <<-END
	PS1= ; unsetopt beep; fpath=($2 \$fpath)
	autoload -Uz compinit; compinit -u -d $2/zcompdump
	compadd() {
		if [[ \${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
			local -a hits; builtin compadd -A hits "\$@"; print -rl -- \$hits >>$offers
		fi
		builtin compadd "\$@"
	}
	offer() { zle list-choices; print END >>$offers }
	zle -N offer; bindkey '^I' offer
END
zpty shell zsh -f -i
zpty -w shell ". $init; print READY >$offers"
while [[ "$(<$offers)" != READY ]] 2>/dev/null; do sleep 0.1; done
while IFS= read -r line; do
	: >$offers
	zpty -w -n shell "$line"$'\t'
	for (( tries = 0; tries < 300; tries++ )); do
		[[ "$(<$offers)" == *END ]] && break
		while zpty -r -t shell shown '*'; do :; done # it stops where nobody reads what it shows
		sleep 0.1
	done
	print -r -- ${(f)"$(grep -vx END $offers)"}
	zpty -w -n shell $'\x15' # deletes the line
done
zpty -d shell
