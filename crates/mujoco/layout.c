// Prints src/library/layout.rs: where the fields that lobule reads and writes lie in the structures of MuJoCo. Run it with the
// headers of the version that is to be used:
//   cc -I INCLUDE layout.c -o layout && ./layout > src/library/layout.rs
#include <mujoco/mujoco.h>
#include <stddef.h>
#include <stdio.h>

#define MODEL(rust, field) printf("pub(super) const MODEL_" rust ": usize = %zu;\n", offsetof(mjModel, field))
#define DATA(rust, field) printf("pub(super) const DATA_" rust ": usize = %zu;\n", offsetof(mjData, field))
#define VALUE(rust, type, value) printf("pub(super) const " rust ": " type " = %d;\n", (int)(value))

int main(void) {
    printf("//! Offsets of fields in the structures of MuJoCo, in bytes, and values of its enumerations. Written by `layout.c`.\n\n");
    printf("/// The version they are of.\npub const VERSION: i32 = %d;\n\n", mjVERSION_HEADER);
    MODEL("NQ", nq);
    MODEL("NV", nv);
    MODEL("NU", nu);
    MODEL("NACTUATOR", nactuator);
    MODEL("NBODY", nbody);
    MODEL("NJNT", njnt);
    MODEL("NGEOM", ngeom);
    MODEL("NSENSOR", nsensor);
    MODEL("NSENSORDATA", nsensordata);
    MODEL("NKEY", nkey);
    MODEL("TIMESTEP", opt.timestep);
    MODEL("INTEGRATOR", opt.integrator);
    MODEL("DISABLEFLAGS", opt.disableflags);
    MODEL("BODY_MASS", body_mass);
    MODEL("BODY_INERTIA", body_inertia);
    MODEL("BODY_IPOS", body_ipos);
    MODEL("JNT_TYPE", jnt_type);
    MODEL("JNT_QPOSADR", jnt_qposadr);
    MODEL("JNT_DOFADR", jnt_dofadr);
    MODEL("JNT_LIMITED", jnt_limited);
    MODEL("JNT_RANGE", jnt_range);
    MODEL("DOF_FRICTIONLOSS", dof_frictionloss);
    MODEL("DOF_ARMATURE", dof_armature);
    MODEL("DOF_DAMPING", dof_damping);
    MODEL("GEOM_FRICTION", geom_friction);
    MODEL("ACTUATOR_TRNTYPE", actuator_trntype);
    MODEL("ACTUATOR_TRNID", actuator_trnid);
    MODEL("ACTUATOR_GAINTYPE", actuator_gaintype);
    MODEL("ACTUATOR_BIASTYPE", actuator_biastype);
    MODEL("ACTUATOR_CTRLADR", actuator_ctrladr);
    MODEL("ACTUATOR_CTRLNUM", actuator_ctrlnum);
    MODEL("ACTUATOR_CTRLLIMITED", actuator_ctrllimited);
    MODEL("ACTUATOR_CTRLRANGE", actuator_ctrlrange);
    MODEL("ACTUATOR_DYNTYPE", actuator_dyntype);
    MODEL("SENSOR_TYPE", sensor_type);
    MODEL("SENSOR_DATATYPE", sensor_datatype);
    MODEL("SENSOR_OBJID", sensor_objid);
    MODEL("SENSOR_ADR", sensor_adr);
    MODEL("SENSOR_DIM", sensor_dim);
    MODEL("SENSOR_CUTOFF", sensor_cutoff);
    MODEL("SENSOR_NOISE", sensor_noise);
    DATA("WARNING", warning);
    DATA("QPOS", qpos);
    DATA("QVEL", qvel);
    DATA("CTRL", ctrl);
    DATA("XFRC_APPLIED", xfrc_applied);
    DATA("SENSORDATA", sensordata);
    DATA("XPOS", xpos);
    DATA("XIPOS", xipos);
    DATA("XQUAT", xquat);
    printf("pub(super) const LOG_SUBJECT: usize = %zu;\n", offsetof(mjLogMessage, subject));
    VALUE("LOG_ERROR", "i32", mjLOG_ERROR);
    VALUE("STATE_INTEGRATION", "i32", mjSTATE_INTEGRATION);
    VALUE("NO_AUTORESET", "i32", mjDSBL_AUTORESET);
    VALUE("RUNGE_KUTTA", "i32", mjINT_RK4);
    VALUE("OBJECT_BODY", "i32", mjOBJ_BODY);
    VALUE("OBJECT_JOINT", "i32", mjOBJ_JOINT);
    VALUE("OBJECT_GEOM", "i32", mjOBJ_GEOM);
    VALUE("OBJECT_ACTUATOR", "i32", mjOBJ_ACTUATOR);
    VALUE("OBJECT_SENSOR", "i32", mjOBJ_SENSOR);
    VALUE("OBJECT_KEY", "i32", mjOBJ_KEY);
    VALUE("SENSOR_TOUCH", "i32", mjSENS_TOUCH);
    VALUE("SENSOR_ACCELEROMETER", "i32", mjSENS_ACCELEROMETER);
    VALUE("SENSOR_VELOCIMETER", "i32", mjSENS_VELOCIMETER);
    VALUE("SENSOR_GYRO", "i32", mjSENS_GYRO);
    VALUE("SENSOR_FORCE", "i32", mjSENS_FORCE);
    VALUE("SENSOR_TORQUE", "i32", mjSENS_TORQUE);
    VALUE("SENSOR_MAGNETOMETER", "i32", mjSENS_MAGNETOMETER);
    VALUE("SENSOR_RANGEFINDER", "i32", mjSENS_RANGEFINDER);
    VALUE("SENSOR_JOINTPOS", "i32", mjSENS_JOINTPOS);
    VALUE("SENSOR_JOINTVEL", "i32", mjSENS_JOINTVEL);
    VALUE("SENSOR_TENDONPOS", "i32", mjSENS_TENDONPOS);
    VALUE("SENSOR_TENDONVEL", "i32", mjSENS_TENDONVEL);
    VALUE("SENSOR_TENDONACTFRC", "i32", mjSENS_TENDONACTFRC);
    VALUE("SENSOR_BALLQUAT", "i32", mjSENS_BALLQUAT);
    VALUE("SENSOR_BALLANGVEL", "i32", mjSENS_BALLANGVEL);
    VALUE("SENSOR_FRAMEPOS", "i32", mjSENS_FRAMEPOS);
    VALUE("SENSOR_FRAMEQUAT", "i32", mjSENS_FRAMEQUAT);
    VALUE("SENSOR_FRAMEXAXIS", "i32", mjSENS_FRAMEXAXIS);
    VALUE("SENSOR_FRAMEYAXIS", "i32", mjSENS_FRAMEYAXIS);
    VALUE("SENSOR_FRAMEZAXIS", "i32", mjSENS_FRAMEZAXIS);
    VALUE("SENSOR_FRAMELINVEL", "i32", mjSENS_FRAMELINVEL);
    VALUE("SENSOR_FRAMEANGVEL", "i32", mjSENS_FRAMEANGVEL);
    VALUE("SENSOR_FRAMELINACC", "i32", mjSENS_FRAMELINACC);
    VALUE("SENSOR_FRAMEANGACC", "i32", mjSENS_FRAMEANGACC);
    VALUE("SENSOR_SUBTREECOM", "i32", mjSENS_SUBTREECOM);
    VALUE("SENSOR_SUBTREELINVEL", "i32", mjSENS_SUBTREELINVEL);
    VALUE("SENSOR_SUBTREEANGMOM", "i32", mjSENS_SUBTREEANGMOM);
    VALUE("SENSOR_GEOMDIST", "i32", mjSENS_GEOMDIST);
    VALUE("SENSOR_CONTACT", "i32", mjSENS_CONTACT);
    VALUE("SENSOR_E_POTENTIAL", "i32", mjSENS_E_POTENTIAL);
    VALUE("SENSOR_E_KINETIC", "i32", mjSENS_E_KINETIC);
    VALUE("SENSOR_CLOCK", "i32", mjSENS_CLOCK);
    VALUE("DATA_POSITIVE", "i32", mjDATATYPE_POSITIVE);
    VALUE("JOINT_SLIDE", "i32", mjJNT_SLIDE);
    VALUE("JOINT_HINGE", "i32", mjJNT_HINGE);
    VALUE("DRIVES_JOINT", "i32", mjTRN_JOINT);
    VALUE("DRIVES_JOINT_IN_PARENT", "i32", mjTRN_JOINTINPARENT);
    VALUE("NO_DYNAMICS", "i32", mjDYN_NONE);
    VALUE("FIXED_GAIN", "i32", mjGAIN_FIXED);
    VALUE("NO_BIAS", "i32", mjBIAS_NONE);
    VALUE("AFFINE_BIAS", "i32", mjBIAS_AFFINE);
    return 0;
}
