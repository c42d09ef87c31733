#!/usr/bin/env bash
# A report out of a web server's log: which pages are asked for, and how they are answered.
set -euo pipefail

log() {
	cat <<-'END'
		/docs/start 200 1840
		/docs/start 200 1840
		/favicon.ico 404 209
		/docs/reference 200 9120
		/login 302 0
		/docs/start 304 0
		/docs/reference 500 87
		/docs/reference 200 9120
	END
}

bar() { # length
	local filled
	printf -v filled '%*s' "$1" ''
	printf '%s' "${filled// /█}"
}

declare -A requests=() answers=()
bytes=0
while read -r page status size; do
	requests[$page]=$((${requests[$page]:-0} + 1))
	answers[${status:0:1}xx]=$((${answers[${status:0:1}xx]:-0} + 1))
	((bytes += size)) || true
done < <(log)

printf 'Pages\n'
for page in "${!requests[@]}"; do
	printf '%d %s\n' "${requests[$page]}" "$page"
done | sort -k1,1nr -k2 | while read -r count page; do
	printf '  %-16s \e[36m%s\e[0m %d\n' "$page" "$(bar $((count * 6)))" "$count"
done

printf '\nAnswers\n'
for class in $(printf '%s\n' "${!answers[@]}" | sort); do
	printf '  %s  %d\n' "$class" "${answers[$class]}"
done
printf '\n%s bytes were sent.\n' "$(printf '%d' "$bytes" | sed -E ':a; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; ta')"
