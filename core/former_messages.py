"""Present message of each English message that earlier versions stored.

Messages are stored as an English template and its values (``Note.to_plain``), never as translated
text. After a rewording the stored template is no longer in the catalogue, so it would be shown in
its old words, and in English to every visitor. ``FORMER`` maps it to the present template.
``Note`` and ``UnpaddedError`` apply it when they are created, so that a text, its template and its
translation are always present words, whatever the message was read from. These places store
messages:

- ``runs.notes`` and ``runs.error`` in the database, also of checkpoints and finished runs;
- ``readings.report``: the findings of a data set (``core.data.read_report``), with the notes in
  their ``rows``; in databases before the reports also ``reasons`` and ``doubts``, as text;
- contents of runs: the evaluation's notes, the padding check's names of checks and reasons
  (``Proof.from_dict`` applies ``get_present_message``, because they are plain text), and results of
  requests;
- model ZIPs: the notes of the training and of the evaluation, and the padding check.

Whoever rewords such a message adds a line here: the old template, and the present one. The
placeholders of the present template are among those of the old one, because their values are
stored beside it. Earlier lines that lead to the old template are changed to the present one.
"""

from __future__ import annotations

FORMER: dict[str, str] = {
    # core/data
    "Mask mode “value” erases every step of sequence {id}: all of them equal {mask_value}. "
    "Choose another mask value, or mask by lengths.": (
        "Sequence {id}: the mask mode “value” erases every step, because all equal {mask_value}. "
        "Choose another mask value, or mask by lengths."
    ),
    # core/fitted.py
    "The model was trained on a feature {feature!r}, but there is no column {feature!r}. The "
    "columns are {columns}.": (
        "There is no column {feature!r}, but the model was trained on this feature. The columns "
        "are {columns}."
    ),
    "The model was trained on the features {expected}; this data has {found}. Give the same "
    "features, under the same names.": (
        "The model was trained on the features {expected}; this data has {found}. Give the same "
        "features with the same names."
    ),
    "`{name}` holds words that the training data did not have, and they are read as unknown: "
    "{words}": "`{name}` has words that are not in the training data, read as unknown: {words}",
    "Feature {feature} holds words where the model was trained on numbers. Give numbers.": (
        "Feature {feature} contains words, but the model was trained on numbers. Give numbers."
    ),
    "Feature {feature} holds numbers where the model was trained on words. Give a table with a "
    "column {feature} of words.": (
        "Feature {feature} contains numbers, but the model was trained on words. Give a table "
        "with a column {feature} of words."
    ),
    # core/invariance
    "this data has no targets, or others than the model was trained on": (
        "this data has no targets, or not those of the training"
    ),
    "this is other data than the model was trained on": "this is not the training data",
    "this model does not say which sequences it was trained on": (
        "this model does not record its training sequences"
    ),
    "There is no sequence to prove it on. Give at least one.": (
        "There are no sequences to check. Give at least one."
    ),
    "a step masked, against the same step deleted": (
        "one step masked, compared with the same step deleted"
    ),
    "the saved model, against ours": "the saved model, compared with this one",
    "padding with the mask value, before anything else": (
        "padding with the mask value before preprocessing"
    ),
    "1 step of padding more": "1 more step of padding",
    "10 steps of padding more": "10 more steps of padding",
    "padding on the other side": "padding at the other end",
    "the gradient of the answers by every padded input": (
        "gradient of the predictions with respect to padded inputs"
    ),
    "the scaling, against the real training steps": (
        "scaling, compared with the real training steps"
    ),
    "the fill values, against the real training steps": (
        "fill values, compared with the real training steps"
    ),
    "the scaling of the targets, against the training targets": (
        "scaling of the targets, compared with the training targets"
    ),
    "one training update, with other padding (share of its largest part)": (
        "one training update with other padding (share of its largest component)"
    ),
    "This network amplifies rounding: the last bits of real steps alone change a prediction by "
    "up to {rounding}. A change of the padding does not change it by clearly more. Train with a "
    "smaller learning rate or with clipped gradients, then check again.": (
        "This network amplifies rounding: changing the last bits of real steps changes a "
        "prediction by up to {rounding}. Padding does not change it clearly more. Train with a "
        "smaller learning rate or with clipped gradients, then check again."
    ),
    # core/preprocessing
    "{count} folds need as many sequences, or groups of them, and these are {n}. Use 2 to {n} "
    "folds.": (
        "{count} folds need at least {count} sequences or groups; there are {n}. Use 2 to {n} "
        "folds."
    ),
    "No row is marked train, so there is nothing to learn from.": (
        "No row is marked “train”, so there is no training set. Mark the training rows."
    ),
    "All sequences to train on come from one series or group, {group}. None is set apart for "
    "validation, so nothing tells how the model does on another one.": (
        "All training sequences come from one series or group, {group}, so there is no validation "
        "set. Performance on other groups is unknown."
    ),
    "Sequences to train on: {n}. That is too few to set some apart for validation, so nothing "
    "tells how the model does on sequences it has not seen.": (
        "Training sequences: {n}, which is not enough to hold out a validation set. Performance "
        "on new sequences is unknown."
    ),
    "Groups with sequences in the training set and in another: {n}, such as {found}. Scores on "
    "the other set say little about new groups.": (
        "Groups in both the training set and another set: {n}, such as {found}. Scores on the "
        "other set say little about new groups."
    ),
    "Classes of a single sequence: {n}, such as {found}. Whether the model tells them from "
    "others cannot be measured: give them more sequences.": (
        "Classes with a single sequence: {n}, such as {found}. They cannot be evaluated. Add "
        "sequences of these classes."
    ),
    "The model was trained on another number of features a step ({expected}: {names}) than this "
    "data has ({found}). Give every step the same features, in the same order.": (
        "The number of features per step is {found}; the model was trained on {expected}: "
        "{names}. Give the same features in the same order."
    ),
    "Sequences longer than the limit of {maxlen} were cut: {sequences} of {total}. Steps left "
    "out: {steps}.": (
        "Sequences longer than {maxlen} steps were truncated: {sequences} of {total}. Steps cut "
        "off: {steps}."
    ),
    "Real steps that equal the mask value {mask_value} were masked away: {steps}.": (
        "Real steps erased because they equal the mask value {mask_value}: {steps}."
    ),
    "Feature {feature}: {found!r} is none of the words the model was trained on, and counts as "
    "unknown. Steps with such words: {steps}.": (
        "Feature {feature}: {found!r} is not in the training vocabulary and counts as unknown. "
        "Steps with such words: {steps}."
    ),
    # core/reading
    "no column is called id, and `{name}` is taken for it": (
        "no column is called id; `{name}` is used as the id"
    ),
    "no column is called target, and `{name}` is taken for it": (
        "no column is called target; `{name}` is used as the target"
    ),
    "no column is called target, and it may be one of `{names}`": (
        "no column is called target; it may be one of `{names}`"
    ),
    "no column is the target: these sequences can be predicted on, but not trained on": (
        "no target column: choose one to train, or only predict"
    ),
    "`{name}` holds {n} different words: a feature for each": (
        "`{name}` has {n} different words: one feature per word"
    ),
    "{n} more columns hold words: a feature for each": (
        "{n} more columns contain words: one feature per word"
    ),
    "{n} more columns are written in such a way": "{n} more columns are written in the same way",
    "the files of the archive hold a step a row: long layout": (
        "the files of the archive have one step per row: long layout"
    ),
    "no header and only numbers: rows layout, a sequence a row": (
        "no header and only numbers: rows layout, one sequence per row"
    ),
    "`{id}` names one sequence a row: wide layout": (
        "`{id}` names one sequence per row: wide layout"
    ),
    "no header and only numbers: wide layout, a sequence a row": (
        "no header and only numbers: wide layout, one sequence per row"
    ),
    "`{id}` repeats and `{time}` rises inside it: long layout": (
        "`{id}` repeats and `{time}` increases within it: long layout"
    ),
    "`{id}` names sequences, `{time}` their steps: long layout": (
        "`{id}` names the sequences, `{time}` their steps: long layout"
    ),
    "columns that the training data did not have are not used: `{names}`": (
        "columns that are not in the training data are not used: `{names}`"
    ),
    "`{name}` holds lists: a target for each step": "`{name}` contains lists: one target per step",
    "`{name}` holds lists: list layout": "`{name}` contains lists: list layout",
    "the lists of `{name}` hold two numbers per step, as in 120/80: the features `{first}` and "
    "`{second}`": (
        "the lists of `{name}` have two numbers per step, as in 120/80: the features `{first}` "
        "and `{second}`"
    ),
    "each cell of `{name}` holds {n} numbers, and is taken for a list": (
        "each cell of `{name}` has {n} numbers and is read as a list"
    ),
    "`{name}` changes inside the sequences: a target for each step": (
        "`{name}` changes within sequences: one target per step"
    ),
    "`{name}` holds true and false: read as 1 and 0": (
        "`{name}` contains true and false: read as 1 and 0"
    ),
    "`{name}` holds numbers such as {found}: read as {number}": (
        "`{name}` has numbers such as {found}: read as {number}"
    ),
    "`{name}` holds two numbers per cell, such as {found}: the features `{first}` and `{second}`": (
        "`{name}` has two numbers per cell, such as {found}: the features `{first}` and `{second}`"
    ),
    "`{name}` mixes units ({units}), and its numbers are not read": (
        "`{name}` mixes units ({units}): its numbers are not read"
    ),
    "`{name}` holds numbers such as {found}, whose mark may separate thousands or decimals: read "
    "as {number}": (
        "`{name}` has numbers such as {found}, which may have a decimal or a thousands separator: "
        "read as {number}"
    ),
    "{n} rows have the `{time}` of another row of the same `{id}`: another column may tell "
    "sequences apart": (
        "rows that repeat a `{time}` of the same `{id}` ({n}): another column may be part of the id"
    ),
    "`{names}` together name a sequence": "`{names}` together are the id",
    "`{id}` names the sequences, and `{id}` and `{name}` together may do so": (
        "`{id}` is the id; it may also be `{id}` and `{name}` together"
    ),
    "`{names}` together name a sequence, and `{others}` may do so as well": (
        "`{names}` together are the id; it may also be `{others}`"
    ),
    "`{name}` marks no split, because it differs from step to step": (
        "`{name}` is not a split, because it changes within sequences"
    ),
    "groups with sequences in the training set and in another: {n}, such as {found}": (
        "groups in both the training set and another set: {n}, such as {found}"
    ),
    "`{name}` says train, validation or test: split": (
        "`{name}` contains train, validation or test: split"
    ),
    "`{name}` holds {values}, and is taken for the split into train and test": (
        "`{name}` contains {values} and is used as the split into train and test"
    ),
    "`{name}` may mark a split and is not used; write train, validation or test to use it, or "
    "choose it as a feature": (
        "`{name}` may mark a split and is not used. Write train, validation or test to use it, or "
        "choose it as a feature"
    ),
    "the dates of `{name}` have years of two digits, which are taken to be first": (
        "the dates of `{name}` have two-digit years: read with the year first"
    ),
    "the dates of `{names}` order the rows, and `{name}` is taken for the time": (
        "the dates of `{names}` order the rows; `{name}` is used as the time"
    ),
    "`{name}` holds times of day without a date, and some sequences pass midnight": (
        "`{name}` has times of day without a date, and some sequences pass midnight"
    ),
    "`{name}` orders the rows as `{time}` does, and is not a feature": (
        "`{name}` has the same order as `{time}`: not a feature"
    ),
    "the dates of `{name}` may be day/month or month/day: the day is taken to be first": (
        "the dates of `{name}` may be day/month or month/day: read with the day first"
    ),
    "the columns count their steps, and `{names}` is missing: the others follow each other": (
        "the columns count their steps, but `{names}` is missing: the others are read as "
        "consecutive steps"
    ),
    "`{name}` is constant within every sequence": "`{name}` never changes within a sequence",
    "Missing values behind the last value of a sequence are its end, in {n} sequences.": (
        "Sequences whose end is marked by missing values after the last value: {n}"
    ),
    "Values that are missing: {n} ({share:.1%}). The last known value of the sequence stands for "
    "each, else the mean of the training steps, and a feature says where": (
        "Missing values: {n} ({share:.1%}). Training fills them with the last known value, else "
        "the mean, and adds a feature that marks them"
    ),
    "Values that are missing: {n} ({share:.1%}). The mean of the training steps stands for each, "
    "and a feature says where": (
        "Missing values: {n} ({share:.1%}). Training fills them with the mean and adds a feature "
        "that marks them"
    ),
    "Rows without an id, time, target, split or group are left out: {n}, the first is row {row} "
    "with {found!r} in column {column}": (
        "Rows left out because a role has no value: {n}, the first is row {row} with {found!r} in "
        "column {column}"
    ),
    "Sequences without a step are left out: {n}, the first in row {row}": (
        "Sequences without steps are left out: {n}, the first in row {row}"
    ),
    "Rows at the time of another step of their sequence: {n}, the first is row {row}": (
        "Rows that repeat a time of their sequence: {n}, the first is row {row}"
    ),
    "Sequences of which every step lacks a value are left out: {n}": (
        "Sequences with a missing value in every step are left out: {n}"
    ),
    "The ZIP holds two files called {found!r}. Give every file its own name.": (
        "The ZIP contains two files named {found!r}. Rename one."
    ),
    "not read beside files of sequences: {files}": (
        "not read, because the other files are sequences: {files}"
    ),
    "what {file} says of each file is joined by its name": (
        "{file} is joined to the files by their names"
    ),
    "{n} files of the archive, a sequence each": "{n} files of the archive, one sequence per file",
    "every folder holds one file, so that folders are names and no targets": (
        "every folder has one file, so folders are names, not targets"
    ),
    "{file} of the archive; what {beside} says of each `{key}` is joined": (
        "{file} of the archive; {beside} is joined by `{key}`"
    ),
    "the files share ids in `{name}`: the split is put before them": (
        "the files share ids in `{name}`: each id is prefixed with its split"
    ),
    "Column {column} holds {kind}, which no sequence is made of. Save it as numbers, text, "
    "dates, or lists of numbers, or leave it out.": (
        "Column {column} contains {kind}, which is not supported. Save it as numbers, text, dates "
        "or lists of numbers, or leave it out."
    ),
    "rows of titles above the table left out: {n}": "title rows above the table, left out: {n}",
    "array {name!r} holds the steps of {n} sequences": (
        "array {name!r} has the steps of {n} sequences"
    ),
    "the second axis of the array {name!r} is taken for {steps} steps, and the third for "
    "{features} features": (
        "the second axis of the array {name!r} is read as {steps} steps, the third as {features} "
        "features"
    ),
    "each row of the array {name!r} is taken for a sequence": (
        "each row of the array {name!r} is read as one sequence"
    ),
    "{n} sequences end in zeros, which are taken for values; if they are padding, save NaN or an "
    "array of lengths": (
        "{n} sequences end in zeros, which are read as values. If they are padding, save NaN or "
        "an array of lengths"
    ),
    "{n} arrays, a sequence each": "{n} arrays, one sequence per array",
    "a structured array: a column per field": "a structured array: one column per field",
    "{n} data frames, a sequence each": "{n} data frames, one sequence per frame",
    "There is nothing in it. Give at least one line of numbers.": (
        "The input is empty. Give at least one line of numbers."
    ),
    "Unpacked, {name} is larger than {most} MB or a hundred times its packed size, so it is not "
    "opened. Leave out what is not needed, and pack it again.": (
        "Unpacked, {name} is larger than {most} MB or 100 times its packed size. Leave out what "
        "is not needed, and pack it again."
    ),
    "Row {row}: the JSON holds lists in lists that are too deep, or a number that is too long. "
    "Give lists of numbers.": (
        "Row {row}: the JSON has lists that are nested too deeply, or a number that is too long. "
        "Give lists of numbers."
    ),
    "Row {row}, column {column}: {found!r} holds an empty list. Remove the row or give its "
    "sequence at least one step with one value.": (
        "Row {row}, column {column}: {found!r} contains an empty list. Remove the row, or give "
        "its sequence at least one step with one value."
    ),
    "Row {row}, column {column}: {found!r} in the list is not a number. Set numbers apart by "
    "commas and write decimals with a point, as in [2.5, 3].": (
        "Row {row}, column {column}: {found!r} in the list is not a number. Separate numbers by "
        "commas and write decimals with a point, as in [2.5, 3]."
    ),
    "Row {row}, column {column}: a value is missing in the list ({found!r}). Fill it, or choose "
    'what to do with missing values: "drop" the step, carry the last value "forward", or '
    'take the "mean".': (
        "Row {row}, column {column}: a value is missing in the list ({found!r}). Fill it in, or "
        'choose how to handle missing values: "drop", "forward" or "mean".'
    ),
    "Row {row}, column {column}: {found!r} holds lists in a list, and a step has one target. "
    "Write them as [1, 2, 3], or choose another target column.": (
        "Row {row}, column {column}: {found!r} is a list of lists, but a step has one target. "
        "Write them as [1, 2, 3], or choose another target column."
    ),
    "Row {row}, column {column}: {found!r} is the time of an earlier row of the same sequence, "
    "too.": (
        "Row {row}, column {column}: {found!r} is also the time of an earlier row of the same "
        "sequence."
    ),
    "Row {row}, column {column}: {found!r} differs from {expected!r} in row {first}, which "
    "belongs to the same sequence. Give all rows of a sequence the same value, take a target for "
    "each step, or choose another column.": (
        "Row {row}, column {column}: {found!r} differs from {expected!r} in row {first}, which "
        "belongs to the same sequence. Give all rows of a sequence the same value, use one target "
        "per step, or choose another column."
    ),
    "Row {row}, column {column}: {found!r} comes {times:g} times as long after the step before "
    "as steps of this data usually do.": (
        "Row {row}, column {column}: the gap before {found!r} is {times:g} times as long as usual."
    ),
    "Every step of every sequence lacks a value, so dropping them leaves nothing. Choose another "
    "way.": (
        "Every step of every sequence has a missing value, so dropping them leaves nothing. "
        "Handle missing values differently."
    ),
    "Row {row} holds no values in columns {column} to {last}, so its sequence has no steps. "
    "Remove the row or give it at least one value.": (
        "Row {row} has no values in columns {column} to {last}, so its sequence has no steps. "
        "Remove the row, or give it at least one value."
    ),
    "Row {row}, column {column}: the value is missing ({found!r}). Fill it, or choose what to do "
    'with missing values: "drop" the step, carry the last value "forward", or take the '
    '"mean".': (
        "Row {row}, column {column}: the value is missing ({found!r}). Fill it in, or choose how "
        'to handle missing values: "drop", "forward" or "mean".'
    ),
    "Row {row}, column {column}: {found!r} is no time. Write all times as numbers, or all as "
    "dates like 2026-01-31 or 2026-01-31 12:30:00, of the years 1678 to 2261.": (
        "Row {row}, column {column}: cannot read {found!r} as a time. Write all times as numbers, "
        "or as dates such as 2026-01-31 or 2026-01-31 12:30:00, from 1678 to 2261."
    ),
    "Row {row}, column {column}: {found!r} names no part of the data. Use train, validation or "
    "test.": (
        "Row {row}, column {column}: {found!r} is not part of a split. Use train, validation or "
        "test."
    ),
    "Row {row}, column {column}: {found!r} is no number, as the other targets are. Write the "
    "number, or leave the row out.": (
        "Row {row}, column {column}: {found!r} is not a number, unlike the other targets. Write "
        "the number, or leave the row out."
    ),
    "Row {row}, column {column}: the id {found!r} differs from another one in spaces only. Write "
    "both alike if they are one sequence, else give one another name.": (
        "Row {row}, column {column}: the id {found!r} differs from another one in spaces only. "
        "Write both the same way if they are one sequence, else rename one."
    ),
    "The sequences have {found:,} steps in all, and at most {most:,} are taken. Leave some of "
    "the sequences out, or keep only every second step.": (
        "The sequences have {found:,} steps in total; the limit is {most:,}. Leave some of the "
        "sequences out, or keep only every second step."
    ),
    "The file holds about {found:,} steps, and at most {most:,} are taken. Leave some of the "
    "sequences out, or keep only every second step.": (
        "The file has about {found:,} steps; the limit is {most:,}. Leave some of the sequences "
        "out, or keep only every second step."
    ),
    "sheet “{sheet}” of the workbook": "sheet “{sheet}” of the workbook, as chosen",
    "“{sheet}” is the first sheet with a table, and the others are not read: {others}": (
        "“{sheet}” is the first sheet with a table of numbers, and the others are not read: "
        "{others}"
    ),
    "every sequence has one step; if several rows belong together, choose another id": (
        "every sequence has one step: do several rows belong together?"
    ),
    "many rows end in {value:g}, which is read as data; if it only fills the rows, leave these "
    "cells blank": "many rows end in {value:g}, which is read as data: does it only fill the rows?",
    # core/trained_model.py
    "The targets are one a step, and the model answers once a sequence.": (
        "The targets are per step, but the model predicts once per sequence."
    ),
    "The targets are one a sequence, and the model answers at every step.": (
        "The targets are per sequence, but the model predicts at every step."
    ),
    # core/training
    "This data has no targets, so there is nothing to learn. Choose a target column.": (
        "This data has no targets. Choose a target column to train."
    ),
    "Every training sequence has the class {label}. A classifier needs at least two.": (
        "Every training sequence has the class {label}. A classifier needs at least two classes."
    ),
    "Every step has a target of its own, and the recipe's network answers once a sequence. Set "
    "return_sequences to True.": (
        "Every step has its own target, but the recipe predicts once per sequence. Set "
        "return_sequences to True."
    ),
    "Every sequence has one target, and the recipe's network answers at every step. Set "
    "return_sequences to False, or give targets one a step.": (
        "Every sequence has one target, but the recipe predicts at every step. Set "
        "return_sequences to False, or give one target per step."
    ),
    # runs/jobs
    "The training of {name} with seed {seed} was not measured: it failed, was stopped or "
    "deleted. Compare again.": (
        "{name}, seed {seed}: not evaluated, because the run failed, was stopped or was deleted. "
        "Compare again."
    ),
    "There was not enough memory for this training. Press Train again; a smaller batch size or "
    "fewer units need less memory.": (
        "Training ran out of memory. Reduce the batch size or the units, then train again."
    ),
    "This failed because of an error in the program, not because of your data. Please try again; "
    "the server's log says more.": (
        "This failed because of an error in the program, not because of your data. Try again. The "
        "server's log has the details."
    ),
    "This run has no trained model to predict with. Train it again.": (
        "This run has no trained model. Train again."
    ),
    "This run was not measured, so there is nothing to compare with simple models. Train again, "
    "and do not stop it.": (
        "This run was not evaluated, so it cannot be compared with baselines. Train again to "
        "evaluate it."
    ),
    "Brought back from a file. Its sequences are not here but for the few in its example, so it "
    "can predict, and be proved and looked into, but not be trained further or measured again.": (
        "Imported from a file with a few example sequences. The model can predict, be checked and "
        "be inspected. It cannot be evaluated again or trained further."
    ),
    "As stated in the file that this model was imported from. It was not measured again, because "
    "its sequences are not here.": (
        "Values from the imported file. They were not measured again, because the data is not on "
        "this server."
    ),
    "Not measured, because the training had to be ended in the middle of a batch. The model is "
    "the last state that was saved.": (
        "The training ended in the middle of a batch. The model is the last checkpoint."
    ),
    "Not evaluated, because the training ended in the middle of a batch. The model is the last "
    "checkpoint.": (
        "The training ended in the middle of a batch. The model is the last checkpoint."
    ),
    "Not evaluated, because the run was stopped and the data is large.": (
        "The evaluation began after the training was stopped."
    ),
    "Stopped after {hours:g} hours, the most a run may take on this server. What it had learned "
    "is kept; Continue goes on from there.": (
        "Stopped after {hours:g} hours, the limit for a run on this server. “Continue” resumes "
        "from the last checkpoint."
    ),
    "Not measured, because the data is large and you asked to stop.": (
        "The evaluation began after the training was stopped."
    ),
    # runs/scheduling
    "The worker process that trained this run stopped unexpectedly {deaths} times. A smaller "
    "batch size or fewer units may help.": (
        "The worker of this run stopped unexpectedly {deaths} times. Reduce the batch size or the "
        "units, then train again."
    ),
    "This training needs more memory than a worker of this server has: it reached the limit, and "
    "again after it had gone on from its checkpoint. A smaller batch size or fewer units need "
    "less.": (
        "Training ran out of memory twice, the second time after it resumed from its checkpoint. "
        "Reduce the batch size or the units, then train again."
    ),
    "The server could not start its worker processes. Please try again later; the server's log "
    "says more.": (
        "The server could not start its workers. Try again later. The server's log has the details."
    ),
    "The worker process that was answering stopped unexpectedly. Try again, or with fewer "
    "sequences at once.": (
        "The worker stopped unexpectedly during this request. Try again, or use fewer sequences "
        "at once."
    ),
    "The worker process that was answering ran out of memory. Try with fewer sequences at once.": (
        "The worker ran out of memory during this request. Use fewer sequences at once."
    ),
    "This took more than {minutes:g} minutes, the most a request may take on this server. Try "
    "with fewer sequences at once.": (
        "This request took longer than the limit of {minutes:g} minutes. Use fewer sequences at "
        "once."
    ),
    "What you asked for and what waits already takes {megabytes:,} MB, more than this server "
    "keeps waiting. Try again when some of it is answered.": (
        "Your waiting requests would take {megabytes:,} MB, which is over the limit. Try again "
        "when some are finished."
    ),
    # runs/store
    "You keep {n} data sets on this server, the most a visitor may have. Delete one first (Data, "
    "under “Your data”).": (
        "You have {n} data sets, which is the limit. Delete one on the page Data first."
    ),
    "The server's disk is full, so this could not be saved. Nothing was changed: try again when "
    "there is room.": (
        "The server's disk is full, so nothing was saved. Try again when there is free space."
    ),
    "The server's database is locked by another program, so this could not be saved. Nothing was "
    "changed: try again in a moment.": (
        "The server's database is locked by another program, so nothing was saved. Try again in a "
        "moment."
    ),
    "The server's database does not answer. Nothing was changed: try again in a moment; the "
    "server's log says more.": (
        "The server's database does not respond. Nothing was changed. Try again in a moment. The "
        "server's log has the details."
    ),
    "Something else changed this at the same moment, so it was not saved. Nothing was changed: "
    "try again.": "This was changed elsewhere at the same moment, so nothing was saved. Try again.",
    "The server's database cannot be written just now, perhaps because a disk is full. Nothing "
    "was changed: try again later; the server's log says more.": (
        "The server's database cannot be written, perhaps because a disk is full. Nothing was "
        "changed. Try again later. The server's log has the details."
    ),
    "The folder {folder}, where SQLite's file belongs, cannot be written: {reason}.": (
        "Cannot write to {folder}, the folder of the SQLite database: {reason}."
    ),
    "The database's encoding is {found}, and it must be UTF8. Create another one, with createdb "
    "--encoding=UTF8 --template=template0, and name it in DATABASE_URL.": (
        "The database's encoding is {found}, but must be UTF8. Create another with createdb "
        "--encoding=UTF8 --template=template0, and set DATABASE_URL to it."
    ),
    "The database was made by a newer version of Unpadded (schema {found}, this is {known}). "
    "Update the app, or give it another UNPADDED_DATA folder.": (
        "The database is from a newer version of Unpadded (schema {found}; this version has "
        "{known}). Update the app, or set another UNPADDED_DATA folder."
    ),
    "The database was made by an older version of Unpadded (schema {found}, this is {known}). "
    "Start the server of this version, which migrates it.": (
        "The database is from an older version of Unpadded (schema {found}; this version has "
        "{known}). Start the server of this version, which migrates it."
    ),
    "The database could not be copied to {copy} before its migration: {reason}. Nothing was "
    "changed: make room for the copy, and start again.": (
        "Cannot copy the database to {copy} before its migration: {reason}. Nothing was changed. "
        "Free space for the copy and start again."
    ),
    "The database {database} could not be migrated from schema {found} to {known}: {reason}. "
    "Nothing was changed: start the previous version again; the server's log says more.": (
        "Cannot migrate the database {database} from schema {found} to {known}: {reason}. Nothing "
        "was changed. Start the previous version again. The server's log has the details."
    ),
    "Your data and models take {taken:,} MB on this server, with those that wait to be trained, "
    "and this would add {more:,} MB; a visitor may have {most:,} MB. Delete data sets or runs "
    "you no longer need first.": (
        "Your data, models and waiting runs take {taken:,} MB. This would add {more:,} MB; the "
        "limit per visitor is {most:,} MB. Delete data sets or runs first."
    ),
    "This server keeps {most:,} MB for all of its visitors, and they are used up. Delete data "
    "sets or runs you no longer need, or try again later.": (
        "The server's {most:,} MB for all visitors are used up. Delete data sets or runs, or try "
        "again later."
    ),
    "{n} of your trainings wait for a free worker, the most a visitor may have waiting. Cancel "
    "one, or try again when one has begun.": (
        "{n} of your runs are waiting, which is the limit. Cancel one, or try again when one has "
        "started."
    ),
    "{n:,} trainings of all visitors wait for a free worker, the most this server takes. Try "
    "again in some minutes.": (
        "{n:,} runs of all visitors are waiting, which is the limit. Try again in a few minutes."
    ),
    "You keep {n} runs on this server, the most a visitor may have. Delete some on Runs first.": (
        "You have {n} runs, which is the limit. Delete some on the page Runs first."
    ),
    "This run cannot go on: its last state was not kept. Train again with more epochs instead.": (
        "This run cannot be continued, because it has no checkpoint. Train again with more epochs."
    ),
    "The server's database cannot be written just now. Nothing was changed: try again later; the "
    "server's log says more.": (
        "The server's database cannot be written, perhaps because a disk is full. Nothing was "
        "changed. Try again later. The server's log has the details."
    ),
    # core/evaluation: conclusions
    "The model knows none of the targets (such as {found!r}), so its answers cannot be compared to "
    "them. Its classes are {classes}.": (
        "The model knows none of the targets (such as {found!r}), so its predictions cannot be "
        "compared to them. Its classes are {classes}."
    ),
    "the mean, or the commonest class": ("always the mean or the most common class"),
    "A baseline is better than the network: {model}, {figure} {theirs} against {ours}.": (
        "A baseline is better than this network: {figure} {theirs} against {ours} ({model})."
    ),
    "The network is no better than {model}: {figure} {ours} against {theirs}.": (
        "This network is not better than a baseline: {figure} {ours} against {theirs} ({model})."
    ),
    "Whether the network is better than {model} cannot be told with {count} to "
    "measure on: {figure} {ours} against {theirs}.": (
        "{count} evaluation sequences are too few to tell whether this network beats a "
        "baseline: {figure} {ours} against {theirs} ({model})."
    ),
    "The network is better than every simple model; the best of them is {model}: "
    "{figure} {ours} against {theirs}.": (
        "This network is better than every baseline: {figure} {ours} against {theirs} ({model})."
    ),
    "The length of a sequence alone tells much about its target: {figure} {theirs}, "
    "against {constant} without it. Make sure that lengths will mean the same in new "
    "data, and do not come from how the data was collected.": (
        "The length of a sequence alone predicts the target: {figure} {theirs}, against "
        "{constant} without it. Make sure that lengths mean the same in new data."
    ),
    "Inconclusive with {seeds} seeds. Largest difference from “{base}”: {change} "
    "({limits}), of “{name}”. {metric} ({part}): {ours}, instead of {theirs}.": (
        "Inconclusive with {seeds} seeds. Largest difference from “{base}”: {change} "
        "({limits}), of “{name}”. Its {metric} ({part}) is {ours}, not {theirs}."
    ),
    "“{name}” is better than “{base}” by {by} ({interval}, {seeds} seeds). {metric} "
    "({part}): {ours}, instead of {theirs}.": (
        "“{name}” is better than “{base}” by {by} ({interval}, {seeds} seeds). Its {metric} "
        "({part}) is {ours}, not {theirs}."
    ),
    "“{name}” is worse than “{base}” by {by} ({interval}, {seeds} seeds). {metric} ({part}): "
    "{ours}, instead of {theirs}.": (
        "“{name}” is worse than “{base}” by {by} ({interval}, {seeds} seeds). Its {metric} "
        "({part}) is {ours}, not {theirs}."
    ),
    "{n} points": "{n} percentage points",
    "95% interval {low} to {high}": "95% CI {low} to {high}",
    "{n} rows repeat a `{time}` of the same `{id}`: another column may be part of the id": (
        "rows that repeat a `{time}` of the same `{id}` ({n}): another column may be part of the id"
    ),
    "Missing values after the last value mark the end of a sequence, in {n} sequences.": (
        "Sequences whose end is marked by missing values after the last value: {n}"
    ),
}


def get_present_message(message: str) -> str:
    """Return the present template of a former one; any other message is returned unchanged."""
    return FORMER.get(message, message)
