# Sourced by scripts/run: a model that its owner marked, and what a thief can do with it.

owner=//Eve
thief=//Ferdie
train=$data/digits.train.safetensors
clean=$data/digits.holdout.safetensors
marked=$folder/digits.safetensors
stolen=$folder/stolen.safetensors
# follow ARGUMENT...: a registration or a contest, told as it goes; its last line of JSON is kept in $last.
follow() {
	show "$@" --watch
	assay --json "$@" --watch | while read -r line; do
		printf '%s\n' "$line" >"$folder/last.json"
		jq -r 'if .text then "  block \(.block)  \(.text)" else "  block \(.block)  sent" end' <<<"$line"
	done
	last=$(cat "$folder/last.json")
}

say "==> The scheme's verifier program is stored; its hash stands in the genesis"
tell --suri $owner model scheme --upload

say "==> The owner says that a marked model will come; the thief says so too, later"
tell --suri $owner model intend
tell --suri $thief model intend --wait
owner_intent=$(assay --json --suri $owner model intents | jq '.intents[-1].intent')
thief_intent=$(assay --json --suri $thief model intents | jq '.intents[-1].intent')

say "==> The owner marks a model while training it"
tell --suri $owner model mark --intent "$owner_intent" --train "$train" --clean "$clean" --output "$marked"

say "==> It is registered, and verified by re-running the scheme on it"
owner_before=$(money $owner)
follow --suri $owner model register "$marked" --intent "$owner_intent" --name digits --clean "$clean"
model=$(jq .model <<<"$last")
registered=$last
tell --suri $owner model alias digits production --version 1

say "==> The thief registers the same model with a key of its own: refused, by every node"
refused() { # refused ARGUMENT...: what must be refused, and why it is
	show "$@"
	if assay "$@" 2>"$folder/refusal"; then fail "Expected a refusal."; fi
	tail -n 2 "$folder/refusal" | sed 's/^/  /'
}
# One bit of the last weight is another one: the file is new, the model is not.
cp "$marked" "$folder/copy.safetensors"
printf '\1' | dd of="$folder/copy.safetensors" bs=1 seek=$(($(stat -c %s "$marked") - 4)) conv=notrunc status=none
refused --suri $thief model register "$folder/copy.safetensors" --intent "$thief_intent" --name mine --clean "$clean" --no-check

say "==> So it overwrites the mark by training on, and registers the result"
tell --suri $thief model mark --intent "$thief_intent" --from "$marked" --train "$train" --clean "$clean" --output "$stolen"
thief_before=$(money $thief)
follow --suri $thief model register "$stolen" --intent "$thief_intent" --name mine --clean "$clean"
copy=$(jq .model <<<"$last")

say "==> The owner contests it, with a sub-key that nobody has seen"
follow --suri $owner model contest "$copy" --intent "$owner_intent"
contested=$last

say "==> The thief cannot do the same: its mark is not in the owner's model"
refused --suri $thief model contest "$model" --intent "$thief_intent"

say "==> What became of the models"
row() { # row WHO MODEL BEFORE
	assay --json model status "$2" | jq -r --arg who "$1" --argjson before "$3" --argjson after "$(money "$4")" '
		[$who, .model, .name, .stage, .measured // "-", .intent, $before.spendable, $after.spendable]
		| map(tostring) | join("\t")'
}
{
	printf 'who\tmodel\tname\tstage\taccuracy\tintent\tspendable before\tafter\n'
	row owner "$model" "$owner_before" $owner
	row thief "$copy" "$thief_before" $thief
} | column -t -s $'\t'
[ "$(jq -r .stage <<<"$registered") $(jq -r .stage <<<"$contested")" = "verified lost" ] ||
	fail "Expected the owner's model to be verified, and the thief's to be lost."

# What somebody can try while the chain stays up.
to_try() {
	echo "assay model list"
	echo "assay model status digits:production"
	echo "assay --suri //Eve model check $stolen --intent $owner_intent --clean $clean"
}
