-- mutants.lua - lists the mutants of C files: small changes, each of which a test should notice.
--
--     lua5.4 mutants.lua FILE…     a line each, separated by tabs:
--         FILE LINE OFFSET LENGTH FUNCTION TEXT CHANGE REPLACEMENT
--
-- OFFSET counts octets from 0; TEXT is the line, trimmed; CHANGE says what is changed in it: "< -> <=", the
-- second such sign of the line "<#2 -> <=", "deleted"; "(2)" when the function has such a line before. No field
-- has a tab or a newline. What is changed: relations and their bounds, `&&` and `||`, `+` and `-`, negations,
-- whole numbers, `true` and `false`, the verdicts of the ordered checks, sequence comparisons; statements that
-- are a call or an assignment are deleted.
-- Not changed to one another: `<` and `<=` where the smaller or greater of two values is taken, as `a < b ? a : b`
-- or `if (… && a > b) { a = b; }`, or their difference, `a > b ? a - b : 0`: equal values give the same.
-- Left alone: what is not reached behind a switch that returns in every case; comments, strings, preprocessor
-- lines, assertions; the sizes of arrays, which may be greater, and `sizeof x[0]`; marks with the conditions that
-- stand before marks alone, and functions shows_…: they change nothing that TCP does, and whether they tell the
-- truth is what tests/mutants and `tcpsim coverage` are about.

local replacements = {
  ["<"] = { "<=", ">=" }, ["<="] = { "<", ">" }, [">"] = { ">=", "<=" }, [">="] = { ">", "<" },
  ["=="] = { "!=" }, ["!="] = { "==" }, ["&&"] = { "||" }, ["||"] = { "&&" },
  ["+"] = { "-" }, ["-"] = { "+" }, ["*"] = { "/" }, ["/"] = { "*" },
  ["+="] = { "-=" }, ["-="] = { "+=" }, ["++"] = { "--" }, ["--"] = { "++" },
  ["true"] = { "false" }, ["false"] = { "true" }, ["GO_ON"] = { "DONE" }, ["DONE"] = { "GO_ON" },
  seq_lt = { "seq_leq", "seq_geq" }, seq_leq = { "seq_lt", "seq_gt" },
  seq_gt = { "seq_geq", "seq_leq" }, seq_geq = { "seq_gt", "seq_lt" },
}
local unary_too = { ["+"] = true, ["-"] = true, ["*"] = true } -- where a value must stand on the left
local marks = { TCP_SHOWS = true, HOST_SHOWS = true, TCP_ROW = true, HOST_ROW = true }
local function is_mark(word) return marks[word] or word:match("^shows_") ~= nil end
local function is_skipped_call(word) return word == "assert" or word == "static_assert" or is_mark(word) end
local keywords = {}
for word in ([[if for while switch case return break continue else do static const struct enum union sizeof
  goto typedef extern unsigned int char void bool inline default]]):gmatch("%S+") do keywords[word] = true end

local three = { ["<<="] = true, [">>="] = true, ["..."] = true }
local two = {}
for op in ([[<= >= == != && || += -= *= /= |= &= ^= %= ++ -- -> << >>]]):gmatch("%S+") do two[op] = true end

-- The tokens of C text: { text, offset, line, kind }, kind one of word number string sign.
local function tokens_of(text)
  local tokens, at, line, fresh = {}, 1, 1, true
  local function add(kind, len)
    tokens[#tokens + 1] = { text = text:sub(at, at + len - 1), offset = at - 1, line = line, kind = kind }
    at = at + len
    fresh = false
  end
  while at <= #text do
    local c = text:sub(at, at)
    if c == "\n" then
      line, at, fresh = line + 1, at + 1, true
    elseif c:match("%s") then
      at = at + 1
    elseif text:sub(at, at + 1) == "/*" then
      local stop = select(2, text:find("*/", at + 2, true))
      line = line + select(2, text:sub(at, stop):gsub("\n", ""))
      at = stop + 1
    elseif c == "#" and fresh then -- with the lines that it continues on
      repeat
        local stop = text:find("\n", at, true) or #text
        local continued = text:sub(stop - 1, stop - 1) == "\\"
        at, line = stop + 1, line + 1
      until not continued
    elseif c == '"' or c == "'" then
      local stop = at + 1
      while text:sub(stop, stop) ~= c do
        stop = stop + (text:sub(stop, stop) == "\\" and 2 or 1)
      end
      add("string", stop - at + 1)
    elseif c:match("[%a_]") then
      add("word", #text:match("^[%w_]+", at))
    elseif c:match("%d") then
      add("number", #text:match("^[%w_.]+", at))
    elseif three[text:sub(at, at + 2)] then
      add("sign", 3)
    elseif two[text:sub(at, at + 1)] then
      add("sign", 2)
    else
      add("sign", 1)
    end
  end
  return tokens
end

local function is_value(token)
  return token and (token.kind == "number" or token.text == ")" or token.text == "]" or
    (token.kind == "word" and not keywords[token.text]))
end

-- The index behind the parenthesis that closes what opens at `i`.
local function behind(tokens, i)
  local depth = 0
  for k = i, #tokens do
    if tokens[k].text == "(" then depth = depth + 1 end
    if tokens[k].text == ")" then
      depth = depth - 1
      if depth == 0 then return k + 1 end
    end
  end
  return #tokens + 1
end

local function same(tokens, i, j, count)
  for k = 0, count - 1 do
    if not tokens[i + k] or not tokens[j + k] or tokens[i + k].text ~= tokens[j + k].text then return false end
  end
  return count > 0
end

-- The index of the first token from `i` on, outside of inner parentheses, whose text is in `wanted`.
local function find_outside(tokens, i, wanted)
  local depth = 0
  for k = i, #tokens do
    local text = tokens[k].text
    if depth == 0 and wanted[text] then return k end
    if text == "(" or text == "[" then depth = depth + 1 end
    if text == ")" or text == "]" then depth = depth - 1 end
    if depth < 0 or text == ";" or text == "{" then return nil end
  end
end

-- The index behind a cast that stands at `i`.
local function behind_cast(tokens, i)
  local is_cast = tokens[i].text == "(" and tokens[i + 1].kind == "word" and tokens[i + 2].text == ")"
  return is_cast and i + 3 or i
end

-- Whether equal values around the relation at `i` give the same, whichever way it goes: it takes the smaller or the
-- greater of them, or their difference or 0.
local ends = { [";"] = true, [")"] = true, [","] = true }
local function is_extreme(tokens, i)
  local question = find_outside(tokens, i + 1, { ["?"] = true })
  local colon = question and find_outside(tokens, question + 1, { [":"] = true })
  local stop = colon and find_outside(tokens, colon + 1, ends)
  if stop then
    local right_end = find_outside(tokens, i + 1, { ["?"] = true, ["&&"] = true })
    local right = right_end - i - 1
    local first, second = behind_cast(tokens, question + 1), behind_cast(tokens, colon + 1)
    local yes, no = colon - first, stop - second
    local function is_right(k, count) return count == right and same(tokens, k, i + 1, count) end
    local function is_left(k, count) return same(tokens, k, i - count, count) end
    local function is_difference(k, count, other, other_count)
      local left = count - right - 1
      return other_count == 1 and tokens[other].text == "0" and left > 0 and tokens[k + left].text == "-" and
        is_left(k, left) and is_right(k + left + 1, right)
    end
    if (is_left(first, yes) and is_right(second, no)) or (is_left(second, no) and is_right(first, yes)) or
      is_difference(first, yes, second, no) or is_difference(second, no, first, yes) then
      return true
    end
    return false
  end
  local close = find_outside(tokens, i + 1, { [")"] = true }) -- if (a > b) { a = b; }
  if not close or not tokens[close + 2] or tokens[close + 1].text ~= "{" then return false end
  local left = 0
  while tokens[i - left - 1].text ~= "&&" and
    (tokens[i - left - 1].text ~= "(" or tokens[i - left - 2].text ~= "if") do
    left = left + 1
    if left > 20 or i - left < 3 then return false end
  end
  local right, target = close - i - 1, close + 2
  local equals = find_outside(tokens, target, { ["="] = true })
  if not equals then return false end
  local value = behind_cast(tokens, equals + 1)
  local stop_at = find_outside(tokens, value, ends)
  if not stop_at then return false end
  local first, second = equals - target, stop_at - value
  return tokens[stop_at].text == ";" and tokens[stop_at + 1].text == "}" and
    not (tokens[stop_at + 2] and tokens[stop_at + 2].text == "else") and
    ((first == left and second == right and same(tokens, target, i - left, left) and same(tokens, value, i + 1, right)) or
    (first == right and second == left and same(tokens, target, i + 1, right) and same(tokens, value, i - left, left)))
end

-- `switch (…) { … }` that returns in every case, as it names them all: the index behind the return that follows it,
-- which is not reached; else nil.
local function end_of_unreached(tokens, i)
  if tokens[i].text ~= "switch" then return nil end
  local k = behind(tokens, i + 1)
  local depth, statement = 0, nil
  repeat
    local text = tokens[k].text
    if text == "{" then depth = depth + 1 end
    if text == "}" then depth = depth - 1 end
    if text == "break" or text == "default" then return nil end
    if depth > 0 and (text == ";" or text == ":" or text == "{" or text == "}") and tokens[k + 1].text ~= "}" then
      statement = tokens[k + 1].text
    end
    k = k + 1
  until depth == 0
  if statement ~= "return" or not tokens[k] or tokens[k].text ~= "return" then return nil end
  return k, find_outside(tokens, k + 1, { [";"] = true })
end

-- `if (…) { MARK(…); … }`: the index of its last brace.
local function end_of_marks(tokens, i)
  if tokens[i].text ~= "if" or tokens[i + 1].text ~= "(" then return nil end
  local k = behind(tokens, i + 1)
  if not tokens[k] or tokens[k].text ~= "{" then return nil end
  k = k + 1
  while tokens[k].text ~= "}" do
    if not is_mark(tokens[k].text) or tokens[k + 1].text ~= "(" then return nil end
    k = behind(tokens, k + 1) + 1 -- and the semicolon
  end
  local after = tokens[k + 1]
  return (not after or after.text ~= "else") and k or nil
end

-- Whether the number at `i` stands in the size of an array that is declared there.
local function is_array_size(tokens, i)
  local k = i - 1
  while tokens[k] and tokens[k].text ~= "[" do
    if tokens[k].text:match("^[;{}%]=,?]$") then return false end
    k = k - 1
  end
  return tokens[k - 1] and tokens[k - 1].kind == "word" and tokens[k - 2] and
    (tokens[k - 2].text == "*" or (tokens[k - 2].kind == "word" and tokens[k - 2].text ~= "return"))
end

local function mutants_of(path)
  local file <close> = assert(io.open(path, "rb"))
  local content = file:read("a")
  local tokens, lines, fn, said = tokens_of(content), {}, "-", {}
  for text in content:gmatch("([^\n]*)\n") do lines[#lines + 1] = text:match("^%s*(.-)%s*$") end
  local function say(from, to, replacement)
    local first, last = tokens[from], tokens[to]
    local change
    if replacement == ";" then
      change = "deleted"
      if tokens[from - 1].line == first.line then change = change .. " " .. first.text end
    else
      local nth, k = 1, from - 1
      while k > 0 and tokens[k].line == first.line do
        if tokens[k].text == first.text then nth = nth + 1 end
        k = k - 1
      end
      change = ("%s%s -> %s"):format(first.text, nth > 1 and "#" .. nth or "",
        replacement == "" and "(nothing)" or replacement)
    end
    local text = lines[first.line]
    local key = table.concat({ fn, text, change }, "\t")
    said[key] = (said[key] or 0) + 1
    if said[key] > 1 then change = ("%s (%d)"):format(change, said[key]) end
    io.write(table.concat({ path, first.line, first.offset, last.offset + #last.text - first.offset,
      fn, text, change, replacement }, "\t"), "\n")
  end

  -- A statement that begins at token i with a word and is a call or an assignment: its last token.
  local function statement_end(i)
    local before = tokens[i - 1] and tokens[i - 1].text
    if before ~= ";" and before ~= "{" and before ~= "}" and before ~= ")" then return nil end
    local first = tokens[i]
    if first.kind ~= "word" or keywords[first.text] or is_skipped_call(first.text) then return nil end
    local second = tokens[i + 1]
    if not second or second.kind ~= "sign" or second.text:match("^[*:,]$") then return nil end
    local depth, acts = 0, false
    for k = i, #tokens do
      local text = tokens[k].text
      if text == "(" or text == "[" then depth = depth + 1 end
      if text == ")" or text == "]" then depth = depth - 1 end
      if text == "{" or depth < 0 then return nil end
      acts = acts or text == "(" or text == "++" or text == "--" or text:match("^[-+|&*]?=$")
      if text == ";" and depth == 0 then return acts and k or nil end
    end
  end

  local depth, i, unreached = 0, 1, {}
  while i <= #tokens do
    local token = tokens[i]
    if depth == 0 and token.kind == "word" and tokens[i + 1] and tokens[i + 1].text:match("^[%(%[=]$") then
      fn = token.text
    end
    if token.text == "{" then depth = depth + 1 end
    if token.text == "}" then depth = depth - 1 end
    local last_mark = end_of_marks(tokens, i)
    local from, to = end_of_unreached(tokens, i)
    if from then unreached[from] = to end
    if last_mark then
      i = last_mark + 1
    elseif unreached[i] then
      i = unreached[i] + 1
    elseif is_skipped_call(token.text) and tokens[i + 1] and tokens[i + 1].text == "(" then
      i = behind(tokens, i + 1)
    else
      if depth > 0 and not is_mark(fn) then
        local stop = statement_end(i)
        if stop then say(i, stop, ";") end
        for _, replacement in ipairs(replacements[token.text] or {}) do
          local boundary = #token.text + #replacement == 3 and token.text:match("^[<>]")
          if (not unary_too[token.text] or is_value(tokens[i - 1])) and
            not (boundary and replacement:sub(1, 1) == token.text:sub(1, 1) and is_extreme(tokens, i)) then
            say(i, i, replacement)
          end
        end
        if token.text == "!" and not (tokens[i + 1] and tokens[i + 1].text == "=") then say(i, i, "") end
        local number = token.kind == "number" and math.tointeger(tonumber((token.text:gsub("[uUlL]+$", ""))))
        if number and not is_array_size(tokens, i) then
          say(i, i, tostring(number + 1) .. token.text:match("[uUlL]*$"))
        end
      end
      i = i + 1
    end
  end
end

for _, path in ipairs(arg) do mutants_of(path) end
