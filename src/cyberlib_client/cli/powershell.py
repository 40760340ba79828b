"""Completion in PowerShell, Windows' own 5.1 and the newer ones.

click has the answers (`_CYBERLIB_COMPLETE=powershell_complete`); how it is asked is written here: words reach
it one by one and quoted, so that the backslashes of `C:\\Users\\` stay what they are, what it says is read as
UTF-8 whatever the console's code page, and files are completed as PowerShell itself completes them.
"""

from __future__ import annotations

from typing import Final

SCRIPT: Final = r"""Register-ArgumentCompleter -Native -CommandName 'cyberlib', 'cyberlib.exe' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $ErrorActionPreference = 'SilentlyContinue'

    $words = @(foreach ($element in $commandAst.CommandElements) {
        if ($element.Extent.StartOffset -lt $cursorPosition) {
            $text = $element.Extent.Text
            if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) {
                $text = $element.Value
            }
            "'" + $text.Replace("'", "'\''") + "'"
        }
    })
    $place = $words.Count
    if ($wordToComplete) { $place = $words.Count - 1 }

    $names = '_CYBERLIB_COMPLETE', 'COMP_WORDS', 'COMP_CWORD'
    $before = @{}
    foreach ($name in $names) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
    $encoding = [Console]::OutputEncoding
    try {
        [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
        $env:_CYBERLIB_COMPLETE = 'powershell_complete'
        $env:COMP_WORDS = $words -join ' '
        $env:COMP_CWORD = "$place"
        $lines = @(& cyberlib 2>$null)
    } finally {
        foreach ($name in $names) {
            if ($null -eq $before[$name]) { Remove-Item "Env:$name" }
            else { Set-Item "Env:$name" $before[$name] }
        }
        [Console]::OutputEncoding = $encoding
    }

    # Three lines for each: its kind, what to write, what it is about ("_": nothing).
    for ($i = 0; $i + 2 -lt $lines.Count; $i += 3) {
        $kind, $value, $about = $lines[$i..($i + 2)]
        if ($kind -eq 'plain') {
            if ($about -eq '_') { $about = $value }
            New-Object System.Management.Automation.CompletionResult $value, $value, 'ParameterValue', $about
        } else {
            $found = [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
            $found | Where-Object { $kind -ne 'dir' -or $_.ResultType -eq 'ProviderContainer' }
        }
    }
}
"""
