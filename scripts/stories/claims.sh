# Sourced by scripts/run: an honest claim, and a false one.

program=$CARGO_TARGET_DIR/programs/mlp.wasm
sponsor=//Bob
honest=//Eve
liar=//Ferdie
# follow ARGUMENT...: submits a claim and follows it; its last line of JSON is kept in $last.
follow() {
	assay --json "$@" --watch | while read -r line; do
		printf '%s\n' "$line" >"$folder/last.json"
		jq -r 'if .text then "  block \(.block)  \(.text)"
			else "  block \(.committed_at)  committed to claim \(.claim): \(.score)" end' <<<"$line"
	done
	last=$(cat "$folder/last.json")
}

say "==> Two miners register"
for miner in $honest $liar; do tell --suri $miner miner register --stake 200; done

say "==> A sponsor asks for a model that reads handwritten digits"
tell --suri $sponsor task create --name digits --train "$data/digits.train.safetensors" \
	--holdout "$data/digits.holdout.safetensors" --metric accuracy --threshold 0.9 --reward 100 --winners 3
task=$(assay --json task list | jq -r '.tasks[-1].task')

say "==> A miner checks and runs its program on its own machine"
tell program check "$program"
tell program run "$program" --task "$task" --params epochs=60 --seed 1

say "==> It claims what it measured"
honest_before=$(money $honest)
submit=(--suri $honest claim submit --task "$task" --program "$program" --params epochs=60 --seed 1)
show "${submit[@]}" --watch
follow "${submit[@]}"
honest_claim=$last
honest_after=$(money $honest)

say "==> Another miner claims 0.999, with a program that reaches less"
liar_before=$(money $liar)
submit=(--suri $liar claim submit --task "$task" --program "$program" --params epochs=60 --seed 2 --score 0.999 --no-run)
show "${submit[@]}" --watch
follow "${submit[@]}"
liar_claim=$last

say "==> Its slash is pending; nobody cancels it, so it becomes final"
final=$(assay --json claim status "$(jq .claim <<<"$liar_claim")" | jq .slash_final_at)
while now=$(assay --json queue | jq .block) && [ "$now" -le "$final" ]; do
	[ "$now" = "${shown:-}" ] || printf '\r  block %d of %d ' "$((shown = now))" "$final"
	sleep 1
done
echo
liar_after=$(money $liar)

say "==> What became of the claims"
row() { # row NAME CLAIM BEFORE AFTER
	jq -nr --arg who "$1" --argjson c "$2" --argjson b "$3" --argjson a "$4" '
		[$who, $c.claim, $c.claimed, $c.measured, $c.stage, ($c.reason.code // "-"), $c.paid,
			(if $c.stage == "rejected" then $c.bond else "0" end),
			$b.spendable, $a.spendable, $b.bonded, $a.bonded] | map(tostring) | join("\t")'
}
{
	printf 'miner\tclaim\tclaimed\tmeasured\tverdict\treason\tpaid\tslashed\tspendable before\tafter\tstake before\tafter\n'
	row honest "$honest_claim" "$honest_before" "$honest_after"
	row other "$liar_claim" "$liar_before" "$liar_after"
} | column -t -s $'\t'
[ "$(jq -r .stage <<<"$honest_claim") $(jq -r .stage <<<"$liar_claim")" = "verified rejected" ] ||
	fail "Expected the first claim to be verified and the second to be rejected."

# What somebody can try while the chain stays up.
to_try() {
	echo "assay leaderboard $task"
	echo "assay claim status $(jq .claim <<<"$liar_claim")"
	echo "assay --suri //Eve claim submit --task $task --program $program --params epochs=60 --seed 3 --watch"
}
