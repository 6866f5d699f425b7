-- mutants.lua - lists the mutants of C files: small changes, each of which a test should notice.
--
--     lua5.4 mutants.lua FILE…     a line each: FILE LINE OFFSET LENGTH REPLACEMENT, separated by tabs
--
-- OFFSET counts octets from 0; REPLACEMENT has no tab and no newline. What is changed: relations and
-- their bounds, `&&` and `||`, `+` and `-`, negations, whole numbers, `true` and `false`, the verdicts of
-- the ordered checks, sequence comparisons; statements that are a call or an assignment are deleted.
-- Left alone: comments, strings, preprocessor lines, assertions, marks of requirements, and the numbers of
-- declarations that only set a limit.

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
local skipped_calls = { assert = true, static_assert = true, TCP_SHOWS = true }
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

local function mutants_of(path)
  local file <close> = assert(io.open(path, "rb"))
  local tokens = tokens_of(file:read("a"))
  local function say(from, to, replacement)
    local first, last = tokens[from], tokens[to]
    io.write(table.concat({ path, first.line, first.offset, last.offset + #last.text - first.offset,
      replacement }, "\t"), "\n")
  end

  -- A statement that begins at token i with a word and is a call or an assignment: its last token.
  local function statement_end(i)
    local before = tokens[i - 1] and tokens[i - 1].text
    if before ~= ";" and before ~= "{" and before ~= "}" and before ~= ")" then return nil end
    local first = tokens[i]
    if first.kind ~= "word" or keywords[first.text] or skipped_calls[first.text] then return nil end
    local second = tokens[i + 1]
    if not second or second.kind ~= "sign" or second.text == "*" or second.text == ":" then return nil end
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

  local depth, i = 0, 1
  while i <= #tokens do
    local token = tokens[i]
    if token.text == "{" then depth = depth + 1 end
    if token.text == "}" then depth = depth - 1 end
    if skipped_calls[token.text] and tokens[i + 1] and tokens[i + 1].text == "(" then
      i = behind(tokens, i + 1)
    else
      if depth > 0 then
        local stop = statement_end(i)
        if stop then say(i, stop, ";") end
        for _, replacement in ipairs(replacements[token.text] or {}) do
          if not unary_too[token.text] or is_value(tokens[i - 1]) then say(i, i, replacement) end
        end
        if token.text == "!" and not (tokens[i + 1] and tokens[i + 1].text == "=") then say(i, i, "") end
        local number = token.kind == "number" and math.tointeger(tonumber((token.text:gsub("[uUlL]+$", ""))))
        if number then say(i, i, tostring(number + 1) .. token.text:match("[uUlL]*$")) end
      end
      i = i + 1
    end
  end
end

for _, path in ipairs(arg) do mutants_of(path) end
