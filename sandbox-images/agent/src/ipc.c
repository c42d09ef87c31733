#include "ipc.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

/* Linux 4.17: the *_STAT that asks for no permission to read. */
enum { SHM_STAT_ANYONE = 15, SEM_STAT_ANYONE = 20, MSG_STAT_ANYONE = 13 };

union semaphore_argument {
	int value;
	struct semid_ds *set;
	struct seminfo *info;
};

/* A kernel or filter that knows nothing of the kind of object lets nobody make one. */
static bool is_kind_absent(int error)
{
	return error == ENOSYS || error == EPERM;
}

static int remove_segments(void)
{
	struct shm_info info;
	struct shmid_ds there;
	int last = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info);
	if (last < 0)
		return is_kind_absent(errno) ? 0 : errno;
	for (int index = 0; index <= last; index++) {
		int id = shmctl(index, SHM_STAT_ANYONE, &there);
		if (id < 0)
			id = shmctl(index, SHM_STAT, &there);
		if (id < 0 && errno != EINVAL && errno != EIDRM)
			return errno;
		if (id >= 0 && shmctl(id, IPC_RMID, NULL) != 0)
			return errno;
	}
	/* gVisor counts them and does not let them be listed. */
	if (shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info) < 0)
		return errno;
	return info.used_ids == 0 ? 0 : EBUSY;
}

static int remove_semaphores(void)
{
	struct seminfo info;
	struct semid_ds there;
	int last = semctl(0, 0, SEM_INFO, (union semaphore_argument){.info = &info});
	if (last < 0)
		return is_kind_absent(errno) ? 0 : errno;
	for (int index = 0; index <= last; index++) {
		int id = semctl(index, 0, SEM_STAT_ANYONE, (union semaphore_argument){.set = &there});
		if (id < 0)
			id = semctl(index, 0, SEM_STAT, (union semaphore_argument){.set = &there});
		if (id < 0 && errno != EINVAL && errno != EIDRM)
			return errno;
		if (id >= 0 && semctl(id, 0, IPC_RMID, (union semaphore_argument){.value = 0}) != 0)
			return errno;
	}
	/* For SEM_INFO semusz is the number of sets (semctl(2)). */
	if (semctl(0, 0, SEM_INFO, (union semaphore_argument){.info = &info}) < 0)
		return errno;
	return info.semusz == 0 ? 0 : EBUSY;
}

static int remove_queues(void)
{
	struct msginfo info;
	struct msqid_ds there;
	int last = msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&info);
	if (last < 0)
		return is_kind_absent(errno) ? 0 : errno;
	for (int index = 0; index <= last; index++) {
		int id = msgctl(index, MSG_STAT_ANYONE, &there);
		if (id < 0)
			id = msgctl(index, MSG_STAT, &there);
		if (id < 0 && errno != EINVAL && errno != EIDRM)
			return errno;
		if (id >= 0 && msgctl(id, IPC_RMID, NULL) != 0)
			return errno;
	}
	/* For MSG_INFO msgpool is the number of queues (msgctl(2)). */
	if (msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&info) < 0)
		return errno;
	return info.msgpool == 0 ? 0 : EBUSY;
}

int ipc_remove_all(void)
{
	int error = remove_segments();
	if (error == 0)
		error = remove_semaphores();
	if (error == 0)
		error = remove_queues();
	return error;
}
