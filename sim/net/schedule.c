/* schedule.c - how timers and tasks stand in the event queue. A deadline that moves to later leaves
 * the queue alone: the entry comes out early, is seen not to be due, and goes in again. A deadline
 * that moves to earlier needs an entry of its own; the later one stays and serves when its time has
 * come. */
#include "net_private.h"

#include <assert.h>
#include <string.h>

void alarm_set(struct world *world, struct world_alarm *alarm, uint64_t meaning, void *value,
               uint64_t due_ns)
{
    if (due_ns == TIME_NEVER ||
        (alarm->count > 0 && alarm->queued_ns[alarm->count - 1] <= due_ns)) {
        return;
    }
    if (alarm->count == WORLD_ALARM_ENTRIES) {
        /* The latest is forgotten: it will come out of the queue and mean nothing. */
        memmove(alarm->queued_ns, alarm->queued_ns + 1,
                (WORLD_ALARM_ENTRIES - 1) * sizeof alarm->queued_ns[0]);
        alarm->count--;
    }
    if (!world_push(world, (struct queue_key){due_ns, meaning}, value)) { return; }
    alarm->queued_ns[alarm->count++] = due_ns;
}

bool alarm_popped(struct world_alarm *alarm, uint64_t time_ns)
{
    if (alarm->count == 0 || alarm->queued_ns[alarm->count - 1] != time_ns) { return false; }
    alarm->count--;
    return true;
}

void world_task_init(struct world_task *task, enum queue_class class, uint32_t object,
                     uint32_t ordinal, void (*run)(struct world_task *), void *context)
{
    assert(class == QUEUE_SCRIPT || class == QUEUE_APP || class == QUEUE_EXPECT);
    *task = (struct world_task){.class = class,
                                .object = object,
                                .ordinal = ordinal,
                                .due_ns = TIME_NEVER,
                                .run = run,
                                .context = context};
}

void world_wake(struct world *world, struct world_task *task, uint64_t time_ns)
{
    const uint64_t due_ns = time_ns < world->now_ns ? world->now_ns : time_ns;
    if (due_ns >= task->due_ns) { return; }
    task->due_ns = due_ns;
    alarm_set(world, &task->alarm, queue_meaning(task->class, task->object, task->ordinal), task,
              due_ns);
}

void world_sleep(struct world_task *task) { task->due_ns = TIME_NEVER; }
